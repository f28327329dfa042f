/**
 * Reads a journal from any process, whether its owner runs or not. Every query ends before a record is handed out: one
 * left open would keep the owner from emptying its log.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HubcastError } from '../../core/errors.ts';
import { pause } from '../../core/time-out.ts';
import {
  type Bounds,
  JOURNAL_LANE,
  type Positions,
  type ReadBack,
  type ReadFrom,
  type ReadOptions,
  type ReadRecords,
  type StoredRecord,
} from '../../records/record.ts';
import { markDamaged } from './damage-mark.ts';
import { journalFile } from './files.ts';
import { openForReading, type ReadOnlyJournal } from './open-for-reading.ts';
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

/** Offsets that are looked up at once, between two turns of the event loop. */
const PAGE_ROWS = 256;
const POLL_MS = 100;
/**
 * A time is looked up in the index by time, whose order differs a little from the order of storing: among so many
 * records from the time on, the one stored first is the start.
 */
const TIME_WINDOW_ROWS = 100_000;

/** Throws `usage` where there is no journal, `store_incompatible` where it has another format. */
export function readJournal(dataDir: string): JournalReader {
  const journal = openForReading(journalFile(dataDir), markDamaged);
  const rows = openRows(journal);
  const topicNames = journal.prepare('SELECT name FROM topics ORDER BY name');
  const lastOffset = journal.prepare(LAST_OFFSET);
  const firstSince = journal.prepare(`
    SELECT min(offset) AS offset FROM
    (SELECT offset FROM records WHERE timestamp_ms >= ? ORDER BY timestamp_ms LIMIT ${TIME_WINDOW_ROWS})`);
  const lastBefore = journal.prepare(`
    SELECT max(offset) AS offset FROM
    (SELECT offset FROM records WHERE timestamp_ms < ? ORDER BY timestamp_ms DESC LIMIT ${TIME_WINDOW_ROWS})`);
  const closed = new AbortController();

  const last = () => Number(lastOffset.get()?.last_offset);
  const assertOpen = () => {
    if (closed.signal.aborted) throw new HubcastError('shutting_down', 'The journal reader is closed.');
  };

  /** One question asks for the same time with each of its steps; the first record since a time stays the first. */
  let latestFloor = { sinceMs: Number.NaN, offset: 0 };
  function floorOf(sinceMs: number | undefined): number {
    if (sinceMs === undefined) return 0;
    if (latestFloor.sinceMs === sinceMs) return latestFloor.offset;
    const first = firstSince.get(sinceMs)?.offset ?? null;
    if (first === null) return Number.MAX_SAFE_INTEGER;
    latestFloor = { sinceMs, offset: Number(first) };
    return latestFloor.offset;
  }

  function boundOf(before: Bounds, untilMs: number | undefined): number {
    const given = before[JOURNAL_LANE];
    if (given !== undefined) return Math.min(Number(given), Number.MAX_SAFE_INTEGER);
    if (untilMs === undefined) return Number.MAX_SAFE_INTEGER;
    return Number(lastBefore.get(untilMs)?.offset ?? 0) + 1;
  }

  /** Offset after which reading begins. */
  function startAfter(from: ReadFrom): number {
    if (from === 'start') return 0;
    if (from === 'end') return last();
    if ('positions' in from) return positionIn(from.positions, last());
    const first = firstSince.get(from.timestampMs)?.offset ?? null;
    return first === null ? last() : Number(first) - 1;
  }

  async function* readBetween(
    start: number,
    end: number,
    { topics, from, follow }: ReadOptions,
    signal: AbortSignal,
  ): AsyncGenerator<StoredRecord> {
    const sinceMs = typeof from === 'object' && 'timestampMs' in from ? from.timestampMs : Number.NEGATIVE_INFINITY;
    let after = start;
    while (!signal.aborted) {
      const upTo = follow ? last() : end;
      const offsets = upTo > after ? rows.after(topics, after, upTo) : [];
      for (const offset of offsets) {
        const record = rows.at(offset);
        if (record === undefined || record.timestampMs < sinceMs) continue;
        yield record;
        if (signal.aborted) return;
      }
      after = offsets.length < PAGE_ROWS ? upTo : (offsets.at(-1) ?? upTo);
      if (after < upTo) await nextTurn();
      else if (!follow) return;
      else await pause(POLL_MS, signal);
    }
  }

  return {
    read(options) {
      assertOpen();
      const signal = options.signal === undefined ? closed.signal : AbortSignal.any([closed.signal, options.signal]);
      return readBetween(startAfter(options.from), last(), options, signal);
    },
    async readBack({ topics, before, count, lanes, sinceMs, untilMs }) {
      assertOpen();
      if (lanes !== undefined && !lanes.has(JOURNAL_LANE)) return [];
      const range = { from: floorOf(sinceMs), bound: boundOf(before, untilMs) };
      const offsets = rows.before(topics, range, count + 1);
      const kept = offsets.slice(0, count);
      const records = kept.toReversed().map(rows.at);
      return [
        {
          name: JOURNAL_LANE,
          records: records.filter((record) => record !== undefined),
          bound: String(kept.at(-1) ?? 0),
          more: offsets.length > count,
        },
      ];
    },
    topics: () => topicNames.all().map(({ name }) => String(name)),
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      journal.close();
    },
  };
}

/** Offsets of topics, page by page, and the record of one. */
function openRows(journal: ReadOnlyJournal) {
  const topicId = journal.prepare('SELECT id FROM topics WHERE name = ?');
  const next = journal.prepare(
    'SELECT offset FROM records WHERE topic_id = ? AND offset > ? AND offset <= ? ORDER BY offset LIMIT ?',
  );
  const previous = journal.prepare(
    'SELECT offset FROM records WHERE topic_id = ? AND offset >= ? AND offset < ? ORDER BY offset DESC LIMIT ?',
  );
  const record = journal.prepare(`
    SELECT name, timestamp_ms, key, headers, value FROM records JOIN topics ON topics.id = topic_id WHERE offset = ?`);
  const idsOf = (topics: readonly string[]) =>
    [...new Set(topics)].flatMap((name) => topicId.get(name)?.id ?? []).map(Number);

  return {
    /** In their order; the first PAGE_ROWS of them. */
    after(topics: readonly string[], after: number, upTo: number): number[] {
      const found = idsOf(topics).flatMap((id) => next.all(id, after, upTo, PAGE_ROWS));
      return found
        .map(({ offset }) => Number(offset))
        .sort((a, b) => a - b)
        .slice(0, PAGE_ROWS);
    },
    /** The latest first. */
    before(topics: readonly string[], { from, bound }: { from: number; bound: number }, count: number): number[] {
      const found = idsOf(topics).flatMap((id) => previous.all(id, from, bound, count));
      return found
        .map(({ offset }) => Number(offset))
        .sort((a, b) => b - a)
        .slice(0, count);
    },
    /** Undefined where it was removed meanwhile. */
    at(offset: number): StoredRecord | undefined {
      const row = record.get(offset);
      return row && toStoredRecord(offset, row);
    },
  };
}

/** @param row with name, timestamp_ms, key, headers and value */
export function toStoredRecord(offset: number, row: Readonly<Record<string, unknown>>): StoredRecord {
  return {
    topic: String(row.name),
    partition: 0,
    offset: String(offset),
    key: row.key === null ? null : String(row.key),
    headers: parseHeaders(offset, String(row.headers)),
    value: String(row.value),
    timestampMs: Number(row.timestamp_ms),
  };
}

export function parseHeaders(offset: number, json: string): Record<string, string> {
  try {
    return JSON.parse(json) as Record<string, string>;
  } catch {
    throw new HubcastError(
      'store_unavailable',
      `Record ${offset} of the journal is damaged: its headers are not JSON. "hubcast journal check" lists what else is.`,
    );
  }
}

/** All topics share one row of offsets; a position beyond its end is of another journal. */
function positionIn(positions: Positions, last: number): number {
  const next = Math.min(...[...positions.values()].map(Number));
  return Number.isFinite(next) && next <= last + 1 ? next - 1 : 0;
}
