import type { DatabaseSync } from 'node:sqlite';
import { keepFrames } from './batch-format.ts';
import type { BatchTable } from './batch-table.ts';
import type { DedupeIds } from './dedupe-ids.ts';
import type { Answers } from './messages.ts';

/** A chunk is small enough that a write which waits behind it does not notice. */
const CHUNK_BATCHES = 100;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Removes one chunk of old records and of forgotten ids, inside the caller's transaction. */
export function createExpiry(
  database: DatabaseSync,
  batches: BatchTable,
  dedupeIds: DedupeIds,
): (nowMs: number, beforeMs: number | null) => Answers['expire'] & { readonly bytes: number } {
  const oldest = database.prepare(`
    SELECT last_offset, records, max_timestamp_ms, octet_length(content) AS bytes FROM batches
    WHERE min_timestamp_ms < ? ORDER BY min_timestamp_ms LIMIT ${CHUNK_BATCHES}`);

  return (nowMs, beforeMs) => {
    const found = beforeMs === null ? [] : oldest.all(beforeMs);
    let handled = 0;
    let records = 0;
    let bytes = 0;
    for (const row of found) {
      if (bytes >= CHUNK_BYTES) break;
      const lastOffset = Number(row.last_offset);
      const kept =
        beforeMs === null || Number(row.max_timestamp_ms) < beforeMs
          ? undefined
          : keepFrames(batches.content(lastOffset), (frame, batch) => batch.timestampMs(frame) >= beforeMs);
      if (kept === undefined) batches.remove(lastOffset);
      else batches.replace(lastOffset, kept);
      records += Number(row.records) - (kept?.count ?? 0);
      bytes += Number(row.bytes);
      handled += 1;
    }
    const ids = dedupeIds.sweep(nowMs);
    const more = handled < found.length || found.length === CHUNK_BATCHES || ids.more;
    return { records, ids: ids.removed, more, bytes };
  };
}
