import { Command } from 'commander';
import { openLookUps } from '../app/look-ups.ts';
import { readStoreSettings } from '../config/read-settings.ts';
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { rowOf, STATUS_ROWS } from '../phone-numbers/health/health-rows.ts';
import { createLookUps, type LookUps } from '../phone-numbers/look-ups/look-ups.ts';
import { readState } from '../phone-numbers/watch/follow-state.ts';
import { createStateDirectory } from '../phone-numbers/watch/state-directory.ts';
import { topicsOfFamily } from '../records/planned-topics.ts';
import { openReader } from '../stores/select.ts';
import type { StoreReader } from '../stores/store-kind.ts';
import { addManagementCommands } from './manage-numbers.ts';
import { paint, print, toTable } from './output.ts';
import { visible } from './visible.ts';
import { addWatchCommand } from './watch-numbers.ts';

type NumberAnswer = Awaited<ReturnType<LookUps['byId']>>;
type HealthAnswer = Awaited<ReturnType<LookUps['healthById']>>;
type Account = Awaited<ReturnType<LookUps['list']>>['accounts'][number];

interface Options {
  readonly account?: string;
  readonly quality?: string;
  readonly status?: string;
  readonly json?: boolean;
}

export function numbersCommand(): Command {
  const numbers = new Command('numbers')
    .description('look up your phone numbers (META_ACCESS_TOKEN, WABA_IDS) and manage them (MANAGEMENT=on)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  hubcast numbers list --quality RED
  hubcast numbers find "+1 (631) 555-1234"
  hubcast numbers watch
  hubcast numbers health || echo "a number is blocked"

Whether a person uses WhatsApp cannot be looked up: there is no such API.`,
    );
  numbers
    .command('list')
    .description('list the numbers of the accounts in WABA_IDS')
    .option('--account <id>', 'only this account')
    .option('--quality <rating>', 'only GREEN, YELLOW, RED, …')
    .option('--status <status>', 'only CONNECTED, PENDING, …')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      '\nExamples:\n  hubcast numbers list --status CONNECTED --json | jq -r .data[].phone_number_id',
    )
    .action(listNumbers);
  numbers
    .command('get')
    .description('one number by its id')
    .argument('<id>', 'phone number id')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText('after', '\nExamples:\n  hubcast numbers get 106540352242922')
    .action(async (id: string, options: Options) => show(await (await open()).byId(id), options));
  numbers
    .command('find')
    .description('one number by its digits')
    .argument('<number>', 'with country code, in any form that people write')
    .option('--account <id>', 'only in this account')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText('after', '\nExamples:\n  hubcast numbers find "+1 (631) 555-1234"')
    .action(async (number: string, options: Options) =>
      show(await (await open()).byNumber(number, { accountId: options.account }), options),
    );
  numbers
    .command('health')
    .description('the health of the numbers, with reasons and what to do')
    .argument('[id]', 'only this number')
    .option('--account <id>', 'only this account')
    .option('--json', 'print JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      '\nThe exit code is 1 when a number is blocked or an account cannot be read, else 0.\n\nExamples:\n  hubcast numbers health\n  hubcast numbers health 106540352242922 --json',
    )
    .action(reportHealth);
  addWatchCommand(numbers);
  addManagementCommands(numbers);
  return numbers;
}

/** Graph, or without a token the state that a service keeps. @throws HubcastError `graph_not_configured` */
async function open(): Promise<LookUps> {
  const settings = readStoreSettings(process.env);
  const opened = openLookUps(() => ({ ...settings, ROLES: ['numbers'] }), createLog('silent', process.stderr));
  const lookUps = opened?.lookUps ?? (await readStoredState(settings));
  if (lookUps !== null) return lookUps;
  const diagnosis = 'META_ACCESS_TOKEN is not set, and the store of these settings has no state of phone numbers.';
  throw new HubcastError('graph_not_configured', diagnosis);
}

/** @returns null where no state is stored */
async function readStoredState(settings: StoreSettings): Promise<LookUps | null> {
  const reader = openStored(settings);
  if (reader === null) return null;
  try {
    const stored = new Set(await reader.topics());
    const topics = topicsOfFamily(settings, 'phone-number-state').filter((topic) => stored.has(topic));
    const view = await readState(reader.read, topics);
    return view.accounts().length === 0 ? null : createLookUps(createStateDirectory(view), Date.now);
  } finally {
    reader.close();
  }
}

function openStored(settings: StoreSettings): StoreReader | null {
  try {
    return openReader({ settings: () => settings, log: createLog('warn', process.stderr) });
  } catch (error) {
    // There is no journal.
    if (error instanceof HubcastError && error.code === 'usage') return null;
    throw error;
  }
}

function inJson({ json }: Options): boolean {
  return json === true || !process.stdout.isTTY;
}

async function listNumbers(options: Options): Promise<void> {
  const { account: accountId, quality, status } = options;
  const answer = await (await open()).list({ accountId, quality, status });
  const { level, about, todo } = rowOf(STATUS_ROWS, status?.toUpperCase() ?? 'CONNECTED', 'status');
  if (level === 'unknown') process.stderr.write(`${visible(`${about} ${todo}`)}\n`);
  if (inJson(options)) await print(JSON.stringify(answer, null, 2));
  else {
    const rows = answer.data.map((number) => [
      number.phone_number_id,
      number.display_phone_number ?? '',
      textOf(number.value.verified_name),
      textOf(number.value.status),
      textOf(number.value.quality_rating),
      number.derived.limit?.tier ?? '',
      number.account_id ?? '',
    ]);
    await print(toTable(['id', 'number', 'name', 'status', 'quality', 'limit', 'account'], rows));
  }
  complain(answer.accounts);
}

async function show(answer: NumberAnswer, options: Options): Promise<void> {
  if (inJson(options)) return print(JSON.stringify(answer, null, 2));
  const { value, derived, ...members } = answer;
  const rows = [...Object.entries(members), ...Object.entries(value), ['limit', derived.limit] as const];
  return print(
    toTable(
      ['member', 'value'],
      rows.map(([name, member]) => [name, textOf(member)]),
    ),
  );
}

const COLOURS = { ok: 'green', warn: 'yellow', blocked: 'red', setting_up: 'cyan', unknown: 'magenta' } as const;

async function reportHealth(id: string | undefined, options: Options): Promise<void> {
  const lookUps = await open();
  const report =
    id === undefined
      ? await lookUps.health({ accountId: options.account })
      : { data: [await lookUps.healthById(id)], portfolios: [], accounts: [] };
  if (inJson(options)) await print(JSON.stringify(id === undefined ? report : report.data[0], null, 2));
  else {
    for (const number of report.data) await print(toHealthText(number));
    for (const { portfolio_id, account_ids, registered_numbers, remaining_numbers } of report.portfolios) {
      const whose = portfolio_id === null ? `account ${account_ids.join(', ')}` : `portfolio ${portfolio_id}`;
      await print(`${visible(whose)}: ${registered_numbers} numbers registered, ${remaining_numbers} more allowed`);
    }
  }
  const failed = complain(report.accounts);
  if (failed || report.data.some(({ health }) => health.state === 'blocked')) process.exitCode = 1;
}

function toHealthText({ health, ...number }: HealthAnswer): string {
  const { state, quality, limit } = health;
  const facts = [
    quality.rating === null ? null : `quality ${quality.rating}`,
    limit === null ? null : `limit ${limit.tier ?? limit.unique_recipients_per_day}, of the whole portfolio`,
    number.stale ? `as of ${number.fetched_at}` : null,
  ].filter((fact) => fact !== null);
  return [
    `${paint(COLOURS[state], state.padEnd(10))}  ${visible(number.display_phone_number ?? '')}  ${paint('bold', visible(number.verified_name ?? ''))}  ${paint('dim', number.phone_number_id)}`,
    `            ${paint('dim', visible(facts.join(' · ')))}`,
    ...health.reasons
      .filter(({ level, todo }) => level !== 'info' || (state !== 'ok' && todo !== ''))
      .map(({ about, todo }) => `            ${visible(about)}${todo === '' ? '' : ` ${paint('dim', visible(todo))}`}`),
  ].join('\n');
}

/** Beside the answer, so that a script's JSON stays clean. */
function complain(accounts: readonly Account[]): boolean {
  const failed = accounts.filter(({ error }) => error !== null);
  for (const { account_id, error } of failed) {
    const { meta_says: says, fbtrace_id: trace } = error?.details ?? {};
    const meta = says === undefined ? '' : ` Meta says: ${says}${trace === undefined ? '' : ` (trace ${trace})`}`;
    process.stderr.write(`${visible(`Account ${account_id}: ${error?.message}${meta}`)}\n`);
  }
  return failed.length > 0;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
