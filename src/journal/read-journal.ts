/**
 * Reads a journal from any process, whether its owner runs or not. Every query ends before a record is handed out: one
 * left open would keep the owner from emptying its log.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { HubcastError } from '../errors.ts';
import type { ReadFrom, ReadOptions, ReadRecords, StoredRecord } from '../records/record.ts';
import { journalFile } from './files.ts';
import { checkSchema, schemaVersion } from './schema.ts';
import { toJournalError } from './sqlite-error.ts';

export interface JournalReader {
  /** Records of all named topics in the order they were stored. */
  readonly read: ReadRecords;
  /** Names of the topics that ever had a record. */
  readonly topics: () => string[];
  /** Ends reads under way, quietly. */
  readonly close: () => void;
}

const PAGE_ROWS = 256;
const POLL_MS = 100;
/** A reader waits for others only while a crashed owner's log is recovered or emptied. */
const BUSY_TIMEOUT_MS = 2000;
/**
 * A time is looked up in the index by time, whose order differs a little from the order of storing: among so many
 * records that follow the time, the one stored first is the start.
 */
const TIME_WINDOW_ROWS = 10_000;

/** Throws `usage` where there is no journal, `store_incompatible` where a newer hubcast wrote it. */
export function readJournal(dataDir: string): JournalReader {
  const file = journalFile(dataDir);
  const database = openForReading(file, dataDir);
  const topicId = database.prepare('SELECT id FROM topics WHERE name = ?');
  const topicNames = database.prepare('SELECT name FROM topics ORDER BY name');
  const lastSeq = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'records'");
  const seqsOfTopic = database.prepare(
    `SELECT seq FROM records WHERE topic_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ${PAGE_ROWS}`,
  );
  const firstSince = database.prepare(`
    SELECT min(seq) AS seq FROM
    (SELECT seq FROM records WHERE timestamp_ms >= ? ORDER BY timestamp_ms LIMIT ${TIME_WINDOW_ROWS})`);
  const recordAt = database.prepare(`
    SELECT seq, name AS topic, key, headers, value, timestamp_ms AS timestampMs
    FROM records JOIN topics ON topics.id = topic_id WHERE seq = ? AND timestamp_ms >= ?`);
  const closed = new AbortController();

  const last = () => Number(lastSeq.get()?.seq ?? 0);

  /** Offset after which reading begins. */
  function startAfter(from: ReadFrom): number {
    if (from === 'start') return 0;
    if (from === 'end') return last();
    const first = firstSince.get(from.timestampMs)?.seq ?? null;
    return first === null ? last() : Number(first) - 1;
  }

  /** The next offsets of all topics after `after`; nothing that is stored later can come before `upTo`. */
  function nextSeqs(topics: readonly string[], after: number, upTo: number): number[] {
    const found: number[] = [];
    for (const topic of topics) {
      const id = topicId.get(topic)?.id;
      if (id === undefined) continue;
      for (const { seq } of seqsOfTopic.all(id, after, upTo)) found.push(Number(seq));
    }
    return found.sort((a, b) => a - b).slice(0, PAGE_ROWS);
  }

  async function* readBetween(
    start: number,
    end: number,
    options: ReadOptions,
    signal: AbortSignal,
  ): AsyncGenerator<StoredRecord> {
    const topics = [...new Set(options.topics)];
    const sinceMs = typeof options.from === 'object' ? options.from.timestampMs : Number.MIN_SAFE_INTEGER;
    let after = start;
    while (!signal.aborted) {
      const upTo = options.follow ? last() : end;
      const seqs = upTo > after ? nextSeqs(topics, after, upTo) : [];
      for (const seq of seqs) {
        const row = recordAt.get(seq, sinceMs);
        if (row !== undefined) yield toStoredRecord(row);
        if (signal.aborted) return;
      }
      after = seqs.length < PAGE_ROWS ? upTo : (seqs.at(-1) ?? upTo);
      if (after < upTo) await nextTurn();
      else if (!options.follow) return;
      else await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    read(options) {
      if (closed.signal.aborted) throw new HubcastError('shutting_down', 'The journal reader is closed.');
      const signal = options.signal === undefined ? closed.signal : AbortSignal.any([closed.signal, options.signal]);
      return readBetween(startAfter(options.from), last(), options, signal);
    },
    topics: () => topicNames.all().map(({ name }) => String(name)),
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      database.close();
    },
  };
}

function openForReading(file: string, dataDir: string): DatabaseSync {
  const missing = () =>
    new HubcastError(
      'usage',
      `There is no journal in ${dataDir}. Set DATA_DIR to the folder of the hubcast that stores the events, or start it once with "hubcast serve".`,
    );
  if (!existsSync(file)) throw missing();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    checkSchema(database, file);
    if (schemaVersion(database) === 0) throw missing();
    return database;
  } catch (error) {
    database?.close();
    throw toJournalError(error, file);
  }
}

function toStoredRecord(row: Record<string, unknown>): StoredRecord {
  return {
    topic: String(row.topic),
    partition: 0,
    offset: String(row.seq),
    key: row.key === null ? null : String(row.key),
    headers: JSON.parse(String(row.headers)) as Record<string, string>,
    value: String(row.value),
    timestampMs: Number(row.timestampMs),
  };
}
