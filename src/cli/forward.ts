import { Command, InvalidArgumentError } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { type ForwardProgress, type ForwardSummary, forwardJournal } from '../stores/forward.ts';
import { countWaiting, type Waiting } from '../stores/journal/check.ts';
import { journalFile } from '../stores/journal/files.ts';
import { toJournalOptions } from '../stores/journal/kind.ts';
import { openJournal } from '../stores/journal/open-journal.ts';
import { storeForCommands } from '../stores/select.ts';
import type { StoreContext, StoreKind } from '../stores/store-kind.ts';
import { print } from './output.ts';

interface Options {
  readonly dataDir?: string;
  readonly dryRun?: boolean;
  readonly parked?: boolean;
  readonly giveUpAfter: number;
  readonly json?: boolean;
}

export function forwardCommand(): Command {
  return new Command('forward')
    .description('move the events of a journal or spool to Kafka (KAFKA_BROKERS)')
    .option('--data-dir <folder>', 'folder of the journal (default: DATA_DIR)')
    .option('--dry-run', 'count the events, without changes')
    .option('--parked', 'also forward events that Kafka refused for good, after you fixed the cause; they go last')
    .option('--give-up-after <seconds>', 'end when Kafka accepts no event for this long', parseSeconds, 60)
    .option('--json', 'print the summary as JSON (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      `
Examples:
  KAFKA_BROKERS=kafka:9092 hubcast forward --data-dir /var/lib/hubcast --dry-run
  KAFKA_BROKERS=kafka:9092 hubcast forward --data-dir /var/lib/hubcast
  KAFKA_BROKERS=kafka:9092 hubcast forward --parked

The service of that folder must be stopped. The order within each topic is kept, and what is in Kafka is noted in the
journal: stopped at any moment, it goes on where it was. Nothing is removed from the journal. Exit code 1 when something is left or Kafka refused
an event for good.`,
    )
    .action(forward);
}

async function forward(options: Options): Promise<void> {
  const env = options.dataDir === undefined ? process.env : { ...process.env, DATA_DIR: options.dataDir };
  const settings = readStoreSettings(env);
  const json = options.json ?? !process.stdout.isTTY;
  const kind = storeForCommands(settings);
  if (kind.openOrdered === null && !options.dryRun) {
    throw new HubcastError('usage', 'KAFKA_BROKERS is not set. Set it to the brokers that receive the events.');
  }
  const waiting = countWaiting(journalFile(settings.DATA_DIR));
  if (kind.openOrdered === null || options.dryRun) return printWaiting(waiting, json);
  const startedMs = performance.now();
  const context = { settings: () => settings, log: createLog('warn', process.stderr) };
  const summary = await forwardFrom(context, kind.openOrdered, waiting, options);
  const durationMs = Math.round(performance.now() - startedMs);
  const { forwarded, parked, left, problem } = summary;
  if (problem !== null || parked > 0) process.exitCode = 1;
  if (json) return print(JSON.stringify({ dry_run: false, forwarded, parked, left, problem, duration_ms: durationMs }));
  return print(toText(summary, kind.describe(settings)));
}

function printWaiting({ records, topics, parked }: Waiting, json: boolean): Promise<void> {
  if (json) return print(JSON.stringify({ dry_run: true, records, topics, parked }));
  const lines = Object.entries(topics).map(([topic, count]) => `  ${topic}  ${count}`);
  return print([`${records} events would go to Kafka; ${parked} are parked.`, ...lines].join('\n'));
}

/** @throws HubcastError `store_locked` while a service is using the folder */
async function forwardFrom(
  context: StoreContext,
  openOrdered: NonNullable<StoreKind['openOrdered']>,
  waiting: Waiting,
  options: Options,
): Promise<ForwardSummary> {
  const { log } = context;
  const journal = await openJournal({
    ...toJournalOptions(context.settings(), log),
    retentionHours: null,
    maxBytes: Number.MAX_SAFE_INTEGER,
  });
  try {
    if (options.parked) await journal.forwarding.unpark();
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    process.once('SIGTERM', () => stop.abort());
    return await forwardJournal({
      source: journal.forwarding,
      writer: await openOrdered(context),
      total: waiting.records + (options.parked ? waiting.parked : 0),
      patienceMs: options.giveUpAfter * 1000,
      signal: stop.signal,
      onProgress: (progress) => process.stderr.write(`${toLine(progress)}\n`),
      log,
    });
  } finally {
    await journal.close();
  }
}

function toLine({ forwarded, parked, total }: ForwardProgress): string {
  const share = total === 0 ? 100 : Math.floor((100 * (forwarded + parked)) / total);
  return `${forwarded} of ${total} events are in Kafka (${share} %)${parked > 0 ? `, ${parked} are parked` : ''}`;
}

function toText({ forwarded, parked, left, problem }: ForwardSummary, kafka: string): string {
  const lines = [`${forwarded} events went to ${kafka}.`];
  if (parked > 0) lines.push(`${parked} are parked: Kafka refuses them for good ("hubcast journal check" lists them).`);
  if (problem !== null) lines.push(`${left} are left; run the command again to move them. ${problem}`);
  return lines.join('\n');
}

function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Use a whole number of seconds.');
  return Number(text);
}
