import { Command, InvalidArgumentError } from 'commander';
import { readStoreSettings } from '../config/read-settings.ts';
import { HubcastError } from '../core/errors.ts';
import { createLog } from '../core/log.ts';
import { createEventFilter } from '../event-queries/event-filter.ts';
import { namingsOf, topicsOfFamily } from '../records/planned-topics.ts';
import type { ReadFrom } from '../records/record.ts';
import { toJsonLine } from '../records/record-json.ts';
import { writtenFamilies } from '../records/topic-plans.ts';
import { openReader } from '../stores/select.ts';
import { doubtsAbout, resolveTopics, toTypes } from './events-filter.ts';
import { defaultFormat, type Format, parseCount, parseFormat, print } from './output.ts';
import { toPretty } from './show-record.ts';
import { parseTime, toTimeMs } from './times.ts';
import { visible } from './visible.ts';

interface EventsOptions {
  readonly type?: readonly string[];
  readonly topic?: readonly string[];
  readonly from: ReadFrom;
  readonly to?: number;
  readonly delivery?: string;
  readonly subject?: string;
  readonly follow?: boolean;
  readonly limit?: number;
  readonly format?: Format;
}

export function eventsCommand(): Command {
  return new Command('events')
    .description('read stored events from the journal of DATA_DIR, or from Kafka when KAFKA_BROKERS is set')
    .option('--type <type...>', 'only these event types, with or without "whatsapp."')
    .option('--topic <topic...>', 'only these topics or families (default: all but raw)')
    .option(
      '--from <where>',
      'start, end, a time (2026-11-22T10:00:00Z) or an age (15m, 2h, 3d)',
      parseFrom,
      'start' as const,
    )
    .option('--to <when>', 'stored before: a time or an age', parseTime)
    .option('--delivery <id>', 'only events of this POST: the deliveryId of its log line')
    .option('--subject <text>', 'only about this subject, such as a number')
    .option('--follow', 'continue and wait for new events')
    .option('--limit <n>', 'stop after n events', parseCount)
    .option('--format <format>', 'pretty, or json: one line per record (default: pretty on a terminal)', parseFormat)
    .addHelpText(
      'after',
      `
Examples:
  hubcast events --follow
  hubcast events --type phone_number_name_update --from 2h --to 1h
  hubcast events --delivery 0e4f1f0a-7c55-4d5f-9d1e-3a1a6b1f2c3d
  KAFKA_BROKERS=localhost:9092 hubcast events --topic dead-letter --format json --limit 10

A line of JSON is {"topic","partition","offset","key","headers","event"}. Where a record's value is no JSON (others may
write to a topic), "event" is null and "value_text" has the value as text; a record without a value has "event":null alone.`,
    )
    .action((options: EventsOptions) => readEvents(options));
}

/** Captured requests are no events, and hold them all again. */
const EVENT_FAMILIES = writtenFamilies().filter((family) => family !== 'raw');

async function readEvents(options: EventsOptions): Promise<void> {
  if (options.to !== undefined && options.follow === true) {
    throw new HubcastError('usage', '--follow and --to exclude each other: give one of them.');
  }
  const settings = readStoreSettings(process.env);
  const namings = namingsOf(settings);
  const types = options.type && toTypes(options.type);
  for (const doubt of types ? doubtsAbout(types) : []) process.stderr.write(`${visible(doubt)}\n`);
  const format = options.format ?? defaultFormat();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());

  const reader = openReader({ settings: () => settings, log: createLog('warn', process.stderr) });
  try {
    let printed = 0;
    const topics = options.topic
      ? await resolveTopics(options.topic, namings, reader.topics)
      : [...new Set(EVENT_FAMILIES.flatMap((family) => topicsOfFamily(settings, family)))];
    const records = reader.read({
      topics,
      from: options.from,
      follow: options.follow === true,
      signal: stop.signal,
    });
    const { delivery: deliveryId, subject, to: toMs } = options;
    const wanted = createEventFilter({ types: types && [...types], deliveryId, subject, toMs });
    for await (const record of records) {
      if (!wanted(record)) continue;
      await print(format === 'json' ? toJsonLine(record) : toPretty(record));
      printed += 1;
      if (printed === options.limit) break;
    }
  } finally {
    reader.close();
  }
}

function parseFrom(text: string): ReadFrom {
  if (text === 'start' || text === 'end') return text;
  const timestampMs = toTimeMs(text);
  if (timestampMs === null) throw new InvalidArgumentError('Use start, end, a time or an age such as 15m.');
  return { timestampMs };
}
