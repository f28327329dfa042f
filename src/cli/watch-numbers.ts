/** `hubcast numbers watch`: changes of numbers that the leader published, from the topic or the journal. */
import type { Command } from 'commander';
import type * as z from 'zod';
import { readStoreSettings } from '../config/read-settings.ts';
import { createLog } from '../core/log.ts';
import { systemEventSchemaOf } from '../events/contract.ts';
import { phoneNumberChanged } from '../events/system/phone-numbers.ts';
import { topicsOfFamily } from '../records/planned-topics.ts';
import type { StoredRecord } from '../records/record.ts';
import { openReader } from '../stores/select.ts';
import { defaultFormat, paint, print } from './output.ts';
import { visible } from './visible.ts';

interface WatchOptions {
  readonly account?: string;
  readonly json?: boolean;
}

const changedEvent = systemEventSchemaOf(phoneNumberChanged);
type ChangedEvent = z.output<typeof changedEvent>;

export function addWatchCommand(numbers: Command): void {
  numbers
    .command('watch')
    .description(
      'print changes of your numbers as they come, until Ctrl-C; needs a running "hubcast serve", which finds them',
    )
    .option('--account <id>', 'only this account')
    .option('--json', 'print one line of JSON per change (always, when the output is not a terminal)')
    .addHelpText(
      'after',
      '\nExamples:\n  hubcast numbers watch\n  KAFKA_BROKERS=localhost:9092 hubcast numbers watch --json | jq .data.after.quality_rating',
    )
    .action(watchNumbers);
}

async function watchNumbers({ account, json }: WatchOptions): Promise<void> {
  const settings = readStoreSettings(process.env);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const reader = openReader({ settings: () => settings, log: createLog('warn', process.stderr) });
  const asJson = json === true || defaultFormat() === 'json';
  const topics = topicsOfFamily(settings, 'phone-numbers');
  try {
    for await (const record of reader.read({ topics, from: 'end', follow: true, signal: stop.signal })) {
      if (record.headers.ce_type !== phoneNumberChanged.type) continue;
      const event = changeIn(record);
      if (event === null || (account !== undefined && event.data.account_id !== account)) continue;
      await print(asJson ? JSON.stringify(event) : toLine(event));
    }
  } finally {
    reader.close();
  }
}

/** Null for what others may have written to the topic. */
function changeIn({ value }: StoredRecord): ChangedEvent | null {
  try {
    return changedEvent.safeParse(JSON.parse(value)).data ?? null;
  } catch {
    return null;
  }
}

function toLine({ time, data }: ChangedEvent): string {
  const { before, after, changed, phone_number: number, account_id: account } = data;
  const name = after?.verified_name ?? before?.verified_name ?? '';
  const head = `${paint('dim', visible(time))}  ${visible(number.digits)}  ${paint('bold', visible(name))}`;
  const tail = paint('dim', visible(`${number.id} of ${account}`));
  if (before === null) return `${head}  new  ${tail}`;
  if (after === null) return `${head}  gone  ${tail}`;
  const members = changed.map((member) => {
    const [was, is] = [before, after].map((state) => textOf((state as Record<string, unknown>)[member]));
    return `${visible(member)} ${visible(was ?? '')} → ${paint('bold', visible(is ?? ''))}`;
  });
  return `${head}  ${members.join(', ')}  ${tail}`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'object' && 'tier' in value && value.tier !== null) return String(value.tier);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
