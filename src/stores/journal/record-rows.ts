/** The rows of records as they are written and removed, inside the transactions of the caller. */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { DedupeIds } from './dedupe-ids.ts';
import { NOT_DEDUPLICATED, type PackedRecord } from './packed-records.ts';
import { LAST_OFFSET, TEXT_BYTES } from './schema.ts';

export interface RecordRows {
  readonly add: (record: PackedRecord) => void;
  /** Remove records; their ids stay known. */
  readonly removeUpTo: (offset: number, nowMs: number) => void;
  readonly remove: (offset: number, nowMs: number) => void;
  /** Puts what was parked behind everything else; how many records that is, and their bytes. */
  readonly unpark: () => { readonly records: number; readonly bytes: number };
  readonly lastOffset: () => number;
  /** To be called when a transaction was rolled back. */
  readonly forget: () => void;
}

export function openRecordRows(database: DatabaseSync, dedupeIds: DedupeIds): RecordRows {
  const findTopic = database.prepare('SELECT id FROM topics WHERE name = ?');
  const addTopic = database.prepare('INSERT INTO topics (name) VALUES (?)');
  const insert = database.prepare(
    'INSERT INTO records VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT))',
  );
  const findLast = database.prepare(LAST_OFFSET);
  const noteLast = database.prepare('UPDATE state SET last_offset = ?');
  const some = removing('offset <= ?');
  const one = removing('offset = ?');
  const topicIds = new Map<string, number>();
  let last: number | undefined;

  function removing(which: string) {
    return {
      ids: database.prepare(
        `SELECT dedupe_id AS id, timestamp_ms FROM records WHERE ${which} AND offset > ? AND dedupe_id IS NOT NULL`,
      ),
      rows: database.prepare(`DELETE FROM records WHERE ${which}`),
    };
  }

  function topicId(name: string): number {
    const known = topicIds.get(name);
    if (known !== undefined) return known;
    const id = Number(findTopic.get(name)?.id ?? addTopic.run(name).lastInsertRowid);
    topicIds.set(name, id);
    return id;
  }

  function lastOffset(): number {
    last ??= Number(findLast.get()?.last_offset);
    return last;
  }

  function remove({ ids, rows }: typeof one, offset: number, nowMs: number): void {
    const atRisk = offset > dedupeIds.keptUpTo() ? ids.all(offset, dedupeIds.keptUpTo()) : [];
    dedupeIds.keep(
      atRisk.map(({ id, timestamp_ms }) => ({ id: id as Uint8Array, atMs: Number(timestamp_ms) })),
      nowMs,
    );
    if (offset >= lastOffset()) noteLast.run(lastOffset());
    rows.run(offset);
  }

  return {
    add({ dedupeId, kind, topic, timestampMs, key, headers, value, texts }) {
      last = lastOffset() + 1;
      const id = kind === NOT_DEDUPLICATED ? null : dedupeId.bytes;
      insert.run(last, id, topicId(topic), timestampMs, crc32(texts), key, headers, value);
    },
    removeUpTo: (offset, nowMs) => remove(some, offset, nowMs),
    remove: (offset, nowMs) => remove(one, offset, nowMs),
    unpark() {
      const bytes = Number(
        database.prepare(`SELECT coalesce(sum(${TEXT_BYTES}), 0) AS bytes FROM parked`).get()?.bytes,
      );
      const records = Number(
        database
          .prepare(`
            INSERT INTO records
            SELECT ? + row_number() OVER (ORDER BY offset), NULL, topic_id, timestamp_ms, checksum, key, headers, value
            FROM parked`)
          .run(lastOffset()).changes,
      );
      last = lastOffset() + records;
      database.exec('DELETE FROM parked');
      return { records, bytes };
    },
    lastOffset,
    forget() {
      // A topic that was new in this transaction is gone with it, and its offsets were never given.
      topicIds.clear();
      last = undefined;
    },
  };
}
