/**
 * Which event ids were stored in the last days, exactly and on disk. Ids are random, so that putting each into a sorted
 * table with its record would write one page of that table per record (measured: three quarters of all work). New ids
 * are therefore appended to `fresh_ids` and kept in memory, and move into the table `remembered` a run of neighbours at
 * a time, inside the transactions of later writes.
 */
import type { DatabaseSync } from 'node:sqlite';

export interface RememberedIds {
  /** Whether the id was stored within `rememberMs` before `nowMs`, also by the open transaction. */
  readonly has: (id: string, nowMs: number) => boolean;
  readonly add: (id: string) => void;
  /** The last statements of a write's transaction. */
  readonly flush: (nowMs: number) => void;
  /** To be called when that transaction has ended. */
  readonly settle: (committed: boolean) => void;
  /** Removes forgotten ids from one stretch of the table. A pass over all of it begins at most once an hour. */
  readonly sweep: (nowMs: number) => { readonly removed: number; readonly more: boolean };
}

/** Ids that came in between two moves; those of one bucket are neighbours in the table. */
interface Generation {
  readonly storedAtMs: Map<string, number>;
  readonly buckets: string[][];
  /** Its last row in `fresh_ids`. */
  lastRow: number;
}

/** A generation on its way into the table: which buckets were moved, and whether its rows are gone. */
interface Move {
  readonly bucket: number;
  readonly done: boolean;
}

const GENERATION_IDS = 65_536;
const BUCKET_DIGITS = 3;
const BUCKETS = 16 ** BUCKET_DIGITS;
const ID_BYTES = 16;
const SWEEP_ROWS = 1000;
const SWEEP_INTERVAL_MS = 60 * 60 * 1000;

export function openRememberedIds(
  database: DatabaseSync,
  rememberMs: number,
  generationIds = GENERATION_IDS,
): RememberedIds {
  const find = database.prepare('SELECT stored_at_ms FROM remembered WHERE id = ?');
  const append = database.prepare('INSERT INTO fresh_ids (stored_at_ms, ids) VALUES (?, ?)');
  const move = database.prepare(`
    INSERT INTO remembered (id, stored_at_ms) VALUES (?, ?)
    ON CONFLICT (id) DO UPDATE SET stored_at_ms = excluded.stored_at_ms WHERE stored_at_ms < excluded.stored_at_ms`);
  const dropRows = database.prepare(
    'DELETE FROM fresh_ids WHERE number IN (SELECT number FROM fresh_ids WHERE number <= ? ORDER BY number LIMIT ?)',
  );
  const stretch = database.prepare(
    `SELECT id, stored_at_ms FROM remembered WHERE id > ? ORDER BY id LIMIT ${SWEEP_ROWS}`,
  );
  const forget = database.prepare('DELETE FROM remembered WHERE id = ?');

  let young = loadFresh(database);
  let sealed: Generation | undefined;
  let moved: Move = { bucket: 0, done: false };
  const added = new Set<string>();
  let addedAtMs = 0;
  let addedRow = 0;
  let movedNow: Move = moved;
  let sweptUpTo: Uint8Array | undefined;
  let lastPassMs = Number.NEGATIVE_INFINITY;

  /** Moves at least `count` ids, then removes their rows, so that a generation is through before the next is full. */
  function moveSome(generation: Generation, count: number): Move {
    let { bucket } = moved;
    for (let left = count; left > 0 && bucket < BUCKETS; bucket += 1) {
      const ids = generation.buckets[bucket] ?? [];
      for (const id of ids) move.run(Buffer.from(id, 'hex'), generation.storedAtMs.get(id) ?? 0);
      left -= ids.length;
    }
    const done = moved.bucket === BUCKETS && Number(dropRows.run(generation.lastRow, count).changes) < count;
    return { bucket, done };
  }

  return {
    has(id, nowMs) {
      if (added.has(id)) return true;
      const storedAtMs =
        young.storedAtMs.get(id) ??
        sealed?.storedAtMs.get(id) ??
        (find.get(Buffer.from(id, 'hex'))?.stored_at_ms as number | undefined);
      return storedAtMs !== undefined && storedAtMs > nowMs - rememberMs;
    },
    add: (id) => added.add(id),
    flush(nowMs) {
      if (added.size === 0) return;
      addedAtMs = nowMs;
      addedRow = Number(append.run(nowMs, Buffer.from([...added].join(''), 'hex')).lastInsertRowid);
      if (sealed !== undefined) movedNow = moveSome(sealed, 3 * added.size + 16);
    },
    settle(committed) {
      if (committed && added.size > 0) {
        for (const id of added) addTo(young, id, addedAtMs);
        young.lastRow = addedRow;
        moved = movedNow;
        if (moved.done) sealed = undefined;
        if (sealed === undefined && young.storedAtMs.size >= generationIds) {
          sealed = young;
          young = newGeneration();
          moved = { bucket: 0, done: false };
        }
      }
      movedNow = moved;
      added.clear();
    },
    sweep(nowMs) {
      if (sweptUpTo === undefined) {
        if (nowMs - lastPassMs < SWEEP_INTERVAL_MS) return { removed: 0, more: false };
        lastPassMs = nowMs;
        sweptUpTo = new Uint8Array();
      }
      const rows = stretch.all(sweptUpTo);
      let removed = 0;
      for (const { id, stored_at_ms } of rows) {
        if (Number(stored_at_ms) > nowMs - rememberMs) continue;
        forget.run(id as Uint8Array);
        removed += 1;
      }
      const more = rows.length === SWEEP_ROWS;
      sweptUpTo = more ? (rows.at(-1)?.id as Uint8Array) : undefined;
      return { removed, more };
    },
  };
}

function newGeneration(): Generation {
  return { storedAtMs: new Map(), buckets: Array.from({ length: BUCKETS }, () => []), lastRow: 0 };
}

function addTo(generation: Generation, id: string, storedAtMs: number): void {
  if (!generation.storedAtMs.has(id)) generation.buckets[Number.parseInt(id.slice(0, BUCKET_DIGITS), 16)]?.push(id);
  generation.storedAtMs.set(id, storedAtMs);
}

/** What a stop or a crash left unmoved, or moved only in part: moving an id twice does no harm. */
function loadFresh(database: DatabaseSync): Generation {
  const generation = newGeneration();
  for (const row of database.prepare('SELECT number, stored_at_ms, ids FROM fresh_ids ORDER BY number').all()) {
    const ids = Buffer.from(row.ids as Uint8Array).toString('hex');
    for (let at = 0; at < ids.length; at += 2 * ID_BYTES)
      addTo(generation, ids.slice(at, at + 2 * ID_BYTES), Number(row.stored_at_ms));
    generation.lastRow = Number(row.number);
  }
  return generation;
}
