/** Checks a journal from any process, whether its owner runs or not: it only reads. */
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../core/errors.ts';
import { openBatch } from './batch-format.ts';
import { openForReading } from './open-for-reading.ts';
import { LAST_OFFSET, schemaVersion } from './schema.ts';

const CHECK_ROWS = 64;
/** More findings than this say nothing new. */
const MAX_PROBLEMS = 100;

export interface JournalReport {
  readonly file: string;
  readonly format: number;
  readonly bytes: number;
  readonly batches: number;
  readonly records: number;
  readonly topics: Readonly<Record<string, number>>;
  readonly firstOffset: number | null;
  readonly lastOffset: number;
  readonly oldestMs: number | null;
  readonly newestMs: number | null;
  readonly dedupeIds: number;
  /** What is in Kafka, and what is not; null in a format that knew nothing of it. */
  readonly forwarding: { readonly position: number; readonly waiting: number } | null;
  readonly parked: readonly {
    readonly offset: number;
    readonly topic: string;
    readonly atMs: number;
    readonly reason: string;
  }[];
  /** Empty when nothing is damaged. */
  readonly problems: readonly string[];
}

/** Reads every page and every record. @throws HubcastError when there is no journal, or it cannot be opened at all */
export function checkJournal(file: string): JournalReport {
  const database = openForReading(file);
  try {
    const problems = integrityProblems(database);
    const say = (problem: string) => {
      if (problems.length < MAX_PROBLEMS) problems.push(problem);
    };
    const format = schemaVersion(database);
    const forwarding = format < 2 ? null : forwardingOf(database);
    const walked = walkBatches(database, forwarding?.isOpen ?? (() => false), say);
    const number = (sql: string) => Number(attempt(() => database.prepare(sql).get()?.n, say) ?? 0);
    const freshBytes = number('SELECT sum(octet_length(ids)) AS n FROM fresh_ids');
    return {
      file,
      format,
      bytes: statSync(file).size,
      ...walked.report,
      lastOffset: Number(attempt(() => database.prepare(LAST_OFFSET).get()?.last_offset, say) ?? 0),
      dedupeIds: number('SELECT count(*) AS n FROM remembered') + freshBytes / 16,
      forwarding: forwarding && { position: forwarding.position, waiting: walked.waiting },
      parked: format < 2 ? [] : (attempt(() => parkedOf(database, say), say) ?? []),
      problems,
    };
  } finally {
    database.close();
  }
}

export interface Waiting {
  readonly position: number;
  readonly records: number;
  readonly topics: Readonly<Record<string, number>>;
  readonly parked: number;
}

/** What is not in Kafka yet. Throws as `checkJournal`, and where a batch is damaged. */
export function countWaiting(file: string): Waiting {
  const database = openForReading(file);
  try {
    const knows = schemaVersion(database) >= 2;
    const { position, isOpen } = knows ? forwardingOf(database) : { position: 0, isOpen: () => true };
    const page = database.prepare(
      `SELECT first_offset, last_offset, content FROM batches WHERE last_offset > ? ORDER BY last_offset LIMIT ${CHECK_ROWS}`,
    );
    const topics: Record<string, number> = {};
    let records = 0;
    for (let after = position, rows = page.all(after); rows.length > 0; rows = page.all(after)) {
      for (const row of rows) {
        after = Number(row.last_offset);
        const batch = openBatch(row.content as Uint8Array);
        for (const frame of batch.frames) {
          if (!isOpen(Number(row.first_offset) + batch.offset(frame))) continue;
          const topic = batch.topic(frame);
          topics[topic] = (topics[topic] ?? 0) + 1;
          records += 1;
        }
      }
    }
    const parked = knows ? Number(database.prepare('SELECT count(*) AS n FROM parked').get()?.n) : 0;
    return { position, records, topics, parked };
  } finally {
    database.close();
  }
}

/** Whether anything is not in Kafka yet, without counting it. Throws as `countWaiting`. */
export function holdsUnforwarded(file: string): boolean {
  const database = openForReading(file);
  try {
    const position = schemaVersion(database) < 2 ? 0 : forwardingOf(database).position;
    return database.prepare('SELECT 1 FROM batches WHERE last_offset > ? LIMIT 1').get(position) !== undefined;
  } finally {
    database.close();
  }
}

type Say = (problem: string) => void;

function attempt<T>(work: () => T, say: Say): T | undefined {
  try {
    return work();
  } catch (error) {
    say(messageOf(error));
    return undefined;
  }
}

function integrityProblems(database: DatabaseSync): string[] {
  try {
    const rows = database.prepare(`PRAGMA integrity_check(${MAX_PROBLEMS})`).all();
    return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
  } catch (error) {
    return [messageOf(error)];
  }
}

function forwardingOf(database: DatabaseSync) {
  const row = database.prepare('SELECT position, ahead FROM forwarding').get();
  const position = Number(row?.position ?? 0);
  const ahead = new Set(JSON.parse(String(row?.ahead ?? '[]')) as number[]);
  return { position, isOpen: (offset: number) => offset > position && !ahead.has(offset) };
}

function walkBatches(database: DatabaseSync, isOpen: (offset: number) => boolean, say: Say) {
  const page = database.prepare(`SELECT * FROM batches WHERE last_offset > ? ORDER BY last_offset LIMIT ${CHECK_ROWS}`);
  const topicsOf = database.prepare(
    'SELECT name FROM batch_topics JOIN topics ON topics.id = topic_id WHERE topic_id IN (SELECT id FROM topics) AND last_offset = ?',
  );
  const topics: Record<string, number> = {};
  let batches = 0;
  let records = 0;
  let waiting = 0;
  let firstOffset: number | null = null;
  let oldestMs: number | null = null;
  let newestMs: number | null = null;
  let before = 0;
  for (;;) {
    const rows = attempt(() => page.all(before), say) ?? [];
    for (const row of rows) {
      const [first, last] = [Number(row.first_offset), Number(row.last_offset)];
      const wrong = (what: string) => say(`batch ${first} to ${last}: ${what}`);
      batches += 1;
      firstOffset ??= first;
      if (first <= before || last < first) wrong(`its offsets do not follow those before it, which end at ${before}`);
      before = last;
      attempt(() => {
        const batch = openBatch(row.content as Uint8Array);
        if (batch.frames.length !== Number(row.records))
          wrong(`${batch.frames.length} records are in it, its row says ${row.records}`);
        const seen = new Set<string>();
        for (const frame of batch.frames) {
          const record = batch.record(frame, first);
          const offset = Number(record.offset);
          if (offset < first || offset > last) wrong(`a record in it has offset ${offset}`);
          seen.add(record.topic);
          topics[record.topic] = (topics[record.topic] ?? 0) + 1;
          records += 1;
          if (isOpen(offset)) waiting += 1;
          oldestMs = Math.min(oldestMs ?? record.timestampMs, record.timestampMs);
          newestMs = Math.max(newestMs ?? record.timestampMs, record.timestampMs);
        }
        const listed = new Set(topicsOf.all(last).map(({ name }) => String(name)));
        if (seen.size !== listed.size || [...seen].some((topic) => !listed.has(topic)))
          wrong(`its topics are ${[...seen].join(', ')}, the list of topics says ${[...listed].join(', ')}`);
      }, wrong);
    }
    if (rows.length < CHECK_ROWS) break;
  }
  return { waiting, report: { batches, records, topics, firstOffset, oldestMs, newestMs } };
}

function parkedOf(database: DatabaseSync, say: Say) {
  return database
    .prepare('SELECT * FROM parked ORDER BY record_offset')
    .all()
    .map((row) => {
      const offset = Number(row.record_offset);
      attempt(
        () => {
          const batch = openBatch(row.content as Uint8Array);
          for (const frame of batch.frames) batch.record(frame, Number(row.first_offset));
        },
        (problem) => say(`parked record ${offset}: ${problem}`),
      );
      return { offset, topic: String(row.topic), atMs: Number(row.parked_at_ms), reason: String(row.reason) };
    });
}
