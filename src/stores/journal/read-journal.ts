/**
 * Reads a journal from any process, whether its owner runs or not. Every query ends before a record is handed out: one
 * left open would keep the owner from emptying its log.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HubcastError } from '../../core/errors.ts';
import { pause } from '../../core/time-out.ts';
import type { Positions, ReadBack, ReadFrom, ReadOptions, ReadRecords, StoredRecord } from '../../records/record.ts';
import { openBatch } from './batch-format.ts';
import { journalFile } from './files.ts';
import { openForReading } from './open-for-reading.ts';
import { createReadBack } from './read-back.ts';
import { LAST_OFFSET } from './schema.ts';

export interface JournalReader {
  /** Records of all named topics in the order they were stored. */
  readonly read: ReadRecords;
  /** In one lane, JOURNAL_LANE. */
  readonly readBack: ReadBack;
  /** Names of the topics that ever had a record. */
  readonly topics: () => string[];
  /** Ends reads under way, quietly. */
  readonly close: () => void;
}

/** Batches between two turns of the event loop. */
const PAGE_BATCHES = 16;
const POLL_MS = 100;
/**
 * A time is looked up in the index by time, whose order differs a little from the order of storing: among so many
 * batches on both sides of the time, the one stored first is the start.
 */
const TIME_WINDOW_BATCHES = 10_000;

/** Throws `usage` where there is no journal, `store_incompatible` where a newer hubcast wrote it. */
export function readJournal(dataDir: string): JournalReader {
  const file = journalFile(dataDir);
  const database = openForReading(file);
  const topicId = database.prepare('SELECT id FROM topics WHERE name = ?');
  const topicNames = database.prepare('SELECT name FROM topics ORDER BY name');
  const lastOffset = database.prepare(LAST_OFFSET);
  const batchesOfTopic = database.prepare(`
    SELECT last_offset FROM batch_topics WHERE topic_id = ? AND last_offset > ? AND last_offset <= ?
    ORDER BY last_offset LIMIT ${PAGE_BATCHES}`);
  const firstSince = database.prepare(`
    SELECT min(first_offset) AS first_offset FROM (
      SELECT first_offset FROM
      (SELECT first_offset FROM batches WHERE min_timestamp_ms >= ?1 ORDER BY min_timestamp_ms LIMIT ${TIME_WINDOW_BATCHES})
      UNION ALL SELECT first_offset FROM
      (SELECT first_offset, max_timestamp_ms FROM batches WHERE min_timestamp_ms < ?1
       ORDER BY min_timestamp_ms DESC LIMIT ${TIME_WINDOW_BATCHES}) WHERE max_timestamp_ms >= ?1)`);
  const batchAt = database.prepare('SELECT first_offset, content FROM batches WHERE last_offset = ?');
  const closed = new AbortController();

  const last = () => Number(lastOffset.get()?.last_offset ?? 0);

  /** Offset after which reading begins. */
  function startAfter(from: ReadFrom): number {
    if (from === 'start') return 0;
    if (from === 'end') return last();
    if ('positions' in from) return positionIn(from.positions, last());
    const first = firstSince.get(from.timestampMs)?.first_offset ?? null;
    return first === null ? last() : Number(first) - 1;
  }

  /** The next batches that hold any of the topics, by their last offsets; nothing stored later can come before `upTo`. */
  function nextBatches(topics: ReadonlySet<string>, after: number, upTo: number): number[] {
    const found = new Set<number>();
    for (const topic of topics) {
      const id = topicId.get(topic)?.id;
      if (id === undefined) continue;
      for (const { last_offset } of batchesOfTopic.all(id, after, upTo)) found.add(Number(last_offset));
    }
    return [...found].sort((a, b) => a - b).slice(0, PAGE_BATCHES);
  }

  /** Records of one batch; none when it expired meanwhile. */
  function* readBatch(last: number, topics: ReadonlySet<string>, sinceMs: number): Generator<StoredRecord> {
    const row = batchAt.get(last);
    if (row === undefined) return;
    const batch = openBatch(row.content as Uint8Array);
    for (const frame of batch.frames) {
      if (batch.timestampMs(frame) >= sinceMs && topics.has(batch.topic(frame)))
        yield batch.record(frame, Number(row.first_offset));
    }
  }

  async function* readBetween(
    start: number,
    end: number,
    options: ReadOptions,
    signal: AbortSignal,
  ): AsyncGenerator<StoredRecord> {
    const topics = new Set(options.topics);
    const { from } = options;
    const sinceMs = typeof from === 'object' && 'timestampMs' in from ? from.timestampMs : Number.MIN_SAFE_INTEGER;
    let after = start;
    while (!signal.aborted) {
      const upTo = options.follow ? last() : end;
      const batches = upTo > after ? nextBatches(topics, after, upTo) : [];
      for (const batch of batches) {
        for (const record of readBatch(batch, topics, sinceMs)) {
          yield record;
          if (signal.aborted) return;
        }
      }
      after = batches.length < PAGE_BATCHES ? upTo : (batches.at(-1) ?? upTo);
      if (after < upTo) await nextTurn();
      else if (!options.follow) return;
      else await pause(POLL_MS, signal);
    }
  }

  return {
    read(options) {
      if (closed.signal.aborted) throw new HubcastError('shutting_down', 'The journal reader is closed.');
      const signal = options.signal === undefined ? closed.signal : AbortSignal.any([closed.signal, options.signal]);
      return readBetween(startAfter(options.from), last(), options, signal);
    },
    readBack: createReadBack(database, () => {
      if (closed.signal.aborted) throw new HubcastError('shutting_down', 'The journal reader is closed.');
    }),
    topics: () => topicNames.all().map(({ name }) => String(name)),
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      database.close();
    },
  };
}

/** All topics share one row of offsets; a position beyond its end is of another journal. */
function positionIn(positions: Positions, last: number): number {
  const next = Math.min(...[...positions.values()].map(Number));
  return Number.isFinite(next) && next <= last + 1 ? next - 1 : 0;
}
