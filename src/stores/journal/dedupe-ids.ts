/**
 * Which event ids were stored in the last days, exactly and on disk. Ids are random, so that putting each into a sorted
 * table with its record would write one page of that table per record (measured: three quarters of all work). New ids
 * are therefore appended to `fresh_ids` and kept in memory, and move into the table `remembered` a run of neighbours at
 * a time, inside the transactions of later writes.
 */
import type { DatabaseSync } from 'node:sqlite';
import { ID_BYTES } from './encode-group.ts';
import { createForgetting } from './forgetting.ts';
import { createIdTable, type IdTable } from './id-table.ts';

export interface DedupeIds {
  /** Which of the ids, 16 bytes each, were stored within `rememberMs` before `nowMs`: their positions. */
  readonly known: (ids: Uint8Array, nowMs: number) => ReadonlySet<number>;
  /** False when the open transaction has the id already: the 16 bytes of `ids` that begin at `at`. */
  readonly add: (ids: DataView, at: number) => boolean;
  /** The last statements of a write's transaction. */
  readonly flush: (nowMs: number) => void;
  /** To be called when that transaction has ended. */
  readonly settle: (committed: boolean) => void;
  /** Removes forgotten ids from one stretch of the table. A pass over all of it begins each hour, or when many were added. */
  readonly sweep: (nowMs: number) => { readonly removed: number; readonly more: boolean };
}

/** Ids that came in between two moves, with the times they were stored at. */
interface Generation {
  readonly ids: IdTable;
  /** Its last row in `fresh_ids`. */
  lastRow: number;
}

/** A generation on its way into the table: which slots were moved, and whether its rows are gone. */
interface Move {
  readonly slot: number;
  readonly done: boolean;
}

export interface DedupeIdsOptions {
  readonly rememberMs: number;
  /** Of more than these the oldest are forgotten earlier; a pass later, not at once. No bound if not given. */
  readonly maxIds?: number | undefined;
  readonly generationIds?: number;
}

const GENERATION_IDS = 65_536;
const MIN_GENERATION_IDS = 1_024;

export function openDedupeIds(database: DatabaseSync, options: DedupeIdsOptions): DedupeIds {
  const { rememberMs, maxIds = Number.POSITIVE_INFINITY } = options;
  const generationIds =
    options.generationIds ?? Math.max(MIN_GENERATION_IDS, Math.min(GENERATION_IDS, Math.floor(maxIds / 8)));
  // Whole groups at a time: calling SQLite costs more than what it does for one id.
  const find = database.prepare(`
    WITH RECURSIVE position (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM position WHERE n + 1 < ?2)
    SELECT n FROM position CROSS JOIN remembered ON id = substr(?1, ${ID_BYTES} * n + 1, ${ID_BYTES})
    WHERE stored_at_ms > ?3`);
  const append = database.prepare('INSERT INTO fresh_ids (stored_at_ms, ids) VALUES (?, ?)');
  const move = database.prepare(`
    INSERT INTO remembered (id, stored_at_ms)
    SELECT substr(?1, ${ID_BYTES} * key + 1, ${ID_BYTES}), value FROM json_each(?2) WHERE true
    ON CONFLICT (id) DO UPDATE SET stored_at_ms = excluded.stored_at_ms WHERE stored_at_ms < excluded.stored_at_ms`);
  const dropRows = database.prepare(
    'DELETE FROM fresh_ids WHERE number IN (SELECT number FROM fresh_ids WHERE number <= ? ORDER BY number LIMIT ?)',
  );
  const forgetting = createForgetting(database, rememberMs, maxIds);

  let young = loadFresh(database);
  let sealed: Generation | undefined;
  let moved: Move = { slot: 0, done: false };
  const added = createIdTable();
  let addedIds = new DataView(new ArrayBuffer(64 * ID_BYTES));
  let addedAtMs = 0;
  let addedRow = 0;
  let movedNow: Move = moved;

  /** Moves at least `count` ids, then removes their rows, so that a generation is through before the next is full. */
  function moveSome({ ids, lastRow }: Generation, count: number): Move {
    const moving = new DataView(new ArrayBuffer(count * ID_BYTES));
    const times: number[] = [];
    let { slot } = moved;
    for (; times.length < count && slot < ids.slots(); slot += 1) {
      const storedAtMs = ids.read(slot, moving, times.length * ID_BYTES);
      if (storedAtMs !== undefined) times.push(storedAtMs);
    }
    if (times.length > 0) move.run(moving, JSON.stringify(times));
    const done = moved.slot === ids.slots() && Number(dropRows.run(lastRow, count).changes) < count;
    return { slot, done };
  }

  return {
    known(ids, nowMs) {
      const view = new DataView(ids.buffer, ids.byteOffset, ids.byteLength);
      const count = ids.byteLength / ID_BYTES;
      const sinceMs = nowMs - rememberMs;
      const known = new Set<number>();
      for (let n = 0; n < count; n += 1) {
        const at = n * ID_BYTES;
        const storedAtMs = young.ids.get(view, at) ?? sealed?.ids.get(view, at);
        if (storedAtMs !== undefined && storedAtMs > sinceMs) known.add(n);
      }
      for (const { n } of find.all(ids, count, sinceMs)) known.add(Number(n));
      return known;
    },
    add(ids, at) {
      if (added.get(ids, at) !== undefined) return false;
      const end = added.size() * ID_BYTES;
      if (end === addedIds.byteLength) addedIds = new DataView(addedIds.buffer.transfer(2 * end));
      for (let byte = 0; byte < ID_BYTES; byte += 4) addedIds.setUint32(end + byte, ids.getUint32(at + byte));
      added.set(ids, at, 1);
      return true;
    },
    flush(nowMs) {
      const count = added.size();
      if (count === 0) return;
      addedAtMs = nowMs;
      addedRow = Number(append.run(nowMs, new Uint8Array(addedIds.buffer, 0, count * ID_BYTES)).lastInsertRowid);
      if (sealed !== undefined) movedNow = moveSome(sealed, 3 * count + 16);
    },
    settle(committed) {
      const end = added.size() * ID_BYTES;
      if (committed && end > 0) {
        for (let at = 0; at < end; at += ID_BYTES) young.ids.set(addedIds, at, addedAtMs);
        young.lastRow = addedRow;
        forgetting.added(added.size());
        moved = movedNow;
        if (moved.done) sealed = undefined;
        if (sealed === undefined && young.ids.size() >= generationIds) {
          sealed = young;
          young = { ids: createIdTable(), lastRow: 0 };
          moved = { slot: 0, done: false };
        }
      }
      movedNow = moved;
      if (end > 0) added.clear();
    },
    sweep: forgetting.sweep,
  };
}

/** What a stop or a crash left unmoved, or moved only in part: moving an id twice does no harm. */
function loadFresh(database: DatabaseSync): Generation {
  const generation: Generation = { ids: createIdTable(), lastRow: 0 };
  for (const row of database.prepare('SELECT number, stored_at_ms, ids FROM fresh_ids ORDER BY number').iterate()) {
    const { buffer, byteOffset, byteLength } = row.ids as Uint8Array;
    const ids = new DataView(buffer, byteOffset, byteLength);
    for (let at = 0; at < byteLength; at += ID_BYTES) generation.ids.set(ids, at, Number(row.stored_at_ms));
    generation.lastRow = Number(row.number);
  }
  return generation;
}
