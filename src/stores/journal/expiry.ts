import type { DatabaseSync } from 'node:sqlite';
import type { RecordRows } from './record-rows.ts';
import { TEXT_BYTES } from './schema.ts';

/** A chunk is small enough that a write which waits behind it does not notice. */
const CHUNK_ROWS = 1_000;
const CHUNK_BYTES = 4 * 1024 * 1024;

export interface Expired {
  readonly records: number;
  readonly bytes: number;
  readonly more: boolean;
}

/** Removes one chunk of the records that are older than `beforeMs`, inside the caller's transaction. */
export function createExpiry(database: DatabaseSync, rows: RecordRows): (nowMs: number, beforeMs: number) => Expired {
  const oldest = database.prepare(`
    SELECT offset, ${TEXT_BYTES} AS bytes FROM records
    WHERE timestamp_ms < ? ORDER BY timestamp_ms LIMIT ${CHUNK_ROWS}`);

  return (nowMs, beforeMs) => {
    const found = oldest.all(beforeMs);
    let records = 0;
    let bytes = 0;
    for (const row of found) {
      if (bytes >= CHUNK_BYTES) break;
      rows.remove(Number(row.offset), nowMs);
      records += 1;
      bytes += Number(row.bytes);
    }
    return { records, bytes, more: records < found.length || found.length === CHUNK_ROWS };
  };
}
