/**
 * Which ids were stored in the last days, exactly. Ids are hashes: a row for each, written with its record, would be a page
 * for each. So new ids wait in memory and are put into their table many neighbours at a time; until then the rows of their
 * records keep them safe, from which the next start reads them. A table takes the ids of four days and is dropped whole:
 * three tables reach back for eight days at least. Each look-up asks all three; with a table a day it would be nine.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface DedupeId {
  readonly bytes: Uint8Array;
  /** A character for each byte. */
  readonly text: string;
}

export interface DedupeIds {
  /** Whether the id was stored in the eight days before `nowMs`, or in the open transaction. */
  readonly isKnown: (id: DedupeId, nowMs: number) => boolean;
  readonly add: (id: DedupeId, nowMs: number) => void;
  /** For records that are removed: puts their ids into the table, in the open transaction. */
  readonly keep: (ids: readonly { readonly id: Uint8Array; readonly atMs: number }[], nowMs: number) => void;
  /** The offset up to which ids are in their tables. */
  readonly keptUpTo: () => number;
  /** So many ids wait that some should be moved; `overdue`: that no more should be added before. */
  readonly isDue: (overdue?: boolean) => boolean;
  /**
   * Moves ids that wait, in the open transaction: some of those that are too many, or all.
   * @param lastOffset the records up to it are committed
   * @returns roughly how many pages that writes
   */
  readonly move: (nowMs: number, lastOffset: number, all?: boolean) => number;
  /** To be called when a transaction has ended. */
  readonly settle: (committed: boolean) => void;
  /** Removes some of the ids that need not be known any more, in the open transaction. */
  readonly forget: () => { readonly removed: number; readonly more: boolean };
}

export interface DedupeIdsOptions {
  /** Ids that the tables may hold: of more, the oldest are forgotten before their time. No bound if not given. */
  readonly maxIds?: number | undefined;
  /** Ids that may wait in memory. */
  readonly maxWaiting?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Meta repeats a delivery for up to 7 days. */
export const REMEMBER_MS = 8 * DAY_MS;
const TABLES = 3;
const TABLE_MS = REMEMBER_MS / (TABLES - 1);
/** An id waits in the part that its first bits name: the ids of a part are neighbours in the table. */
const PARTS = 64;
const MAX_WAITING = 32_768;
/** Moved at once: some milliseconds of work. */
const MAX_PARTS = 8;
const FORGET_ROWS = 2_000;
/** Of 4 kB pages that random ids fill to two thirds. */
const IDS_OF_A_PAGE = 100;

export function openDedupeIds(database: DatabaseSync, options: DedupeIdsOptions = {}): DedupeIds {
  const { maxIds = Number.POSITIVE_INFINITY } = options;
  const maxWaiting = options.maxWaiting ?? Math.min(MAX_WAITING, Math.max(PARTS, maxIds / 8));
  const parts = Array.from({ length: PARTS }, () => new Map<string, number>());
  const partOf = (id: string) => parts[id.charCodeAt(0) >> 2] as Map<string, number>;
  const start = Number(database.prepare('SELECT ids_upto FROM state').get()?.ids_upto);
  /** Of each part: ids up to this offset are in the table. */
  const movedUpTo = parts.map(() => start);
  const writeUpTo = database.prepare('UPDATE state SET ids_upto = ?');
  let waiting = 0;
  let next = 0;
  let added = new Map<string, number>();
  let tables = openTables(database);
  let onCommit: (() => void)[] = [];
  let onRollback: (() => void) | undefined;

  function put(id: string, atMs: number): void {
    const part = partOf(id);
    waiting -= part.size;
    part.set(id, atMs);
    waiting += part.size;
  }

  /** The table that ids go into now; a new one where the last is old or full. */
  function current(nowMs: number): IdTables {
    if (nowMs - tables.sinceMs < TABLE_MS && tables.ids < maxIds / TABLES) return tables;
    addTable(database, tables.number + 1, nowMs);
    tables = openTables(database);
    return tables;
  }

  function insert(ids: readonly string[], atMs: (id: string) => number, nowMs: number): void {
    const before = { tables, ids: tables.ids };
    onRollback ??= () => {
      tables = before.tables;
      tables.ids = before.ids;
    };
    const table = current(nowMs);
    for (const id of ids) table.insert?.run(Buffer.from(id, 'latin1'), atMs(id));
    table.ids += ids.length;
  }

  function movePart(place: number, nowMs: number, lastOffset: number): number {
    const part = parts[place] as Map<string, number>;
    insert([...part.keys()].sort(), (id) => part.get(id) ?? nowMs, nowMs);
    onCommit.push(() => {
      movedUpTo[place] = lastOffset;
      waiting -= part.size;
      part.clear();
    });
    return Math.min(part.size, 1 + tables.ids / IDS_OF_A_PAGE / PARTS);
  }

  const left = database.prepare(
    'SELECT dedupe_id AS id, timestamp_ms FROM records WHERE offset > ? AND dedupe_id IS NOT NULL',
  );
  for (const { id, timestamp_ms } of left.iterate(start))
    put(Buffer.from(id as Uint8Array).toString('latin1'), Number(timestamp_ms));

  return {
    isKnown({ bytes, text }, nowMs) {
      const sinceMs = nowMs - REMEMBER_MS;
      const atMs = added.get(text) ?? partOf(text).get(text);
      return (atMs !== undefined && atMs > sinceMs) || tables.find?.get(bytes, sinceMs) !== undefined;
    },
    add: ({ text }, nowMs) => void added.set(text, nowMs),
    keep(ids, nowMs) {
      const times = new Map(ids.map(({ id, atMs }) => [Buffer.from(id).toString('latin1'), atMs]));
      if (times.size > 0) insert([...times.keys()].sort(), (id) => times.get(id) ?? nowMs, nowMs);
    },
    keptUpTo: () => Math.min(...movedUpTo),
    isDue: (overdue = false) => waiting > maxWaiting * (overdue ? 2 : 1),
    move(nowMs, lastOffset, all = false) {
      const excess = Math.ceil(PARTS * (1 - maxWaiting / waiting));
      const places = Array.from({ length: all ? PARTS : Math.min(MAX_PARTS, excess) }, (_, n) => (next + n) % PARTS);
      next = (next + places.length) % PARTS;
      const pages = places.reduce((sum, place) => sum + movePart(place, nowMs, lastOffset), 0);
      writeUpTo.run(Math.min(lastOffset, ...movedUpTo.filter((_, place) => !places.includes(place))));
      return pages;
    },
    settle(committed) {
      if (committed) {
        for (const change of onCommit) change();
        for (const [id, atMs] of added) put(id, atMs);
      } else onRollback?.();
      if (added.size > 0) added = new Map();
      onCommit = [];
      onRollback = undefined;
    },
    forget() {
      const [oldest] = database
        .prepare('SELECT number FROM id_tables ORDER BY number DESC LIMIT -1 OFFSET ?')
        .all(TABLES);
      if (oldest === undefined) return { removed: 0, more: false };
      const name = tableName(Number(oldest.number));
      const removed = Number(
        database
          .prepare(`DELETE FROM ${name} WHERE id IN (SELECT id FROM ${name} ORDER BY id LIMIT ?)`)
          .run(FORGET_ROWS).changes,
      );
      if (removed === 0) {
        database.exec(`DROP TABLE ${name}`);
        database.prepare('DELETE FROM id_tables WHERE number = ?').run(Number(oldest.number));
      }
      return { removed, more: true };
    },
  };
}

interface IdTables {
  /** Of the newest; 0 where there is none. */
  readonly number: number;
  readonly sinceMs: number;
  readonly find: StatementSync | undefined;
  readonly insert: StatementSync | undefined;
  /** In the newest. */
  ids: number;
}

const tableName = (number: number) => `ids_${number}`;

function addTable(database: DatabaseSync, number: number, sinceMs: number): void {
  database.exec(`CREATE TABLE ${tableName(number)} (id BLOB PRIMARY KEY, stored_at_ms INTEGER NOT NULL) WITHOUT ROWID`);
  database.prepare('INSERT INTO id_tables VALUES (?, ?)').run(number, sinceMs);
}

function openTables(database: DatabaseSync): IdTables {
  const newest = database
    .prepare('SELECT number, since_ms FROM id_tables ORDER BY number DESC LIMIT ?')
    .all(TABLES)
    .map((row) => ({ number: Number(row.number), sinceMs: Number(row.since_ms) }));
  const [first] = newest;
  if (first === undefined)
    return { number: 0, sinceMs: Number.NEGATIVE_INFINITY, find: undefined, insert: undefined, ids: 0 };
  const name = tableName(first.number);
  const asks = newest.map(({ number }) => `SELECT 1 FROM ${tableName(number)} WHERE id = ?1 AND stored_at_ms > ?2`);
  return {
    ...first,
    find: database.prepare(`${asks.join(' UNION ALL ')} LIMIT 1`),
    insert: database.prepare(
      `INSERT INTO ${name} VALUES (?, ?) ON CONFLICT DO UPDATE SET stored_at_ms = max(stored_at_ms, excluded.stored_at_ms)`,
    ),
    ids: Number(database.prepare(`SELECT count(*) AS ids FROM ${name}`).get()?.ids),
  };
}
