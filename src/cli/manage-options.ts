/** What the commands that manage numbers have in common: where they go, whether they ask, how they print. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { type ManagementClient, warningOf } from '../phone-numbers/management/client.ts';
import type { OperationName } from '../phone-numbers/management/manage.ts';
import { createServiceClient } from '../phone-numbers/management/service-client.ts';
import { askAtTerminal, canAsk } from './ask.ts';
import { createDirectClient } from './direct-client.ts';
import { print, toTable } from './output.ts';
import { visible } from './visible.ts';

/** The argument of most commands. */
export const NUMBER_ID = ['<id>', 'phone number id'] as const;

export interface ManageOptions {
  readonly url?: string;
  readonly withoutAudit?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function withClientOptions(command: Command): Command {
  return command
    .option(
      '--url <url>',
      'internal listener of a running service (default: HUBCAST_URL; without it the command asks Meta itself)',
    )
    .option('--json', 'print JSON (always, when the output is not a terminal)');
}

export function withChangeOptions(command: Command, asks: boolean): Command {
  withClientOptions(command).option('--without-audit', 'continue without a record of the operation');
  return asks ? command.option('--yes', 'do not ask (for scripts)') : command;
}

/** @throws HubcastError `configuration_invalid`, `management_off`, `graph_not_configured`, `usage` */
export function openClient({ url, withoutAudit = false }: ManageOptions): ManagementClient {
  const settings = readStoreSettings(process.env);
  const service = url ?? settings.HUBCAST_URL;
  if (service === undefined) {
    const log = createLog('silent', process.stderr);
    return createDirectClient(settings, { withoutAudit, userName: userName(), log });
  }
  if (!URL.canParse(service) || !/^https?:$/.test(new URL(service).protocol)) {
    throw new HubcastError('usage', '--url is not an http or https URL. Give one such as http://127.0.0.1:8081.');
  }
  if (withoutAudit)
    throw new HubcastError(
      'usage',
      '--without-audit does not work with a running service: it always keeps the record.',
    );
  return createServiceClient(service.replace(/\/+$/, ''), settings.HUBCAST_TOKEN ?? null, globalThis.fetch);
}

/** Opens, does, closes. */
export async function through<Result>(
  options: ManageOptions,
  work: (client: ManagementClient) => Promise<Result>,
): Promise<Result> {
  const client = openClient(options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** Reads what is asked for, and prints it. */
export function look(options: ManageOptions, name: OperationName, id: string): Promise<void> {
  return through(options, async (client) => show(await client.run(name, id, {}), options));
}

/**
 * Asks where a person should know something first, does it, prints what came of it.
 *
 * @param body made once it is certain that the operation can be put on record
 */
export function change(
  options: ManageOptions,
  name: OperationName,
  id: string,
  body: () => Promise<object>,
): Promise<void> {
  return through(options, async (client) => {
    await client.prepare();
    const warning = warningOf(name);
    process.stderr.write(`${visible(`${name} ${id}: ${client.about}`)}\n`);
    if (warning !== null && options.yes !== true) await confirmed(warning);
    await show(await client.run(name, id, await body()), options);
  });
}

async function confirmed(warning: string): Promise<void> {
  if (!canAsk()) throw new HubcastError('usage', `${warning}\nThere is no terminal to ask at: add --yes to continue.`);
  const ask = await askAtTerminal();
  ask.say(warning);
  if (!(await ask.confirm('Continue?')))
    throw new HubcastError('usage', 'Not confirmed, so the operation was not started.');
}

export function inJson({ json }: ManageOptions): boolean {
  return json === true || !process.stdout.isTTY;
}

export async function show(answer: Readonly<Record<string, unknown>>, options: ManageOptions): Promise<void> {
  if (inJson(options)) return print(JSON.stringify(answer, null, 2));
  const textOf = (value: unknown) => (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value));
  return print(
    toTable(
      ['member', 'value'],
      Object.entries(answer).map(([name, value]) => [name, textOf(value)]),
    ),
  );
}

export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under an id that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
