import type { DatabaseSync } from 'node:sqlite';
import type { Answers, Requests } from './messages.ts';
import type { RememberedIds } from './remembered-ids.ts';

/** A chunk is small enough that a write which waits behind it does not notice. */
const CHUNK_ROWS = 500;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Removes one chunk of old records and of forgotten ids, inside the caller's transaction. */
export function createExpiry(
  database: DatabaseSync,
  rememberedIds: RememberedIds,
): (request: Requests['expire']) => Answers['expire'] & { readonly bytes: number } {
  const oldest = database.prepare(
    `SELECT seq, octet_length(value) AS bytes FROM records WHERE timestamp_ms < ? ORDER BY timestamp_ms LIMIT ${CHUNK_ROWS}`,
  );
  const remove = database.prepare('DELETE FROM records WHERE seq = ?');

  return ({ nowMs, beforeMs }) => {
    const found = oldest.all(beforeMs);
    let records = 0;
    let bytes = 0;
    for (const { seq, bytes: size } of found) {
      if (bytes >= CHUNK_BYTES) break;
      remove.run(seq as number);
      bytes += Number(size);
      records += 1;
    }
    const ids = rememberedIds.sweep(nowMs);
    const more = records < found.length || found.length === CHUNK_ROWS || ids.more;
    return { records, ids: ids.removed, more, bytes };
  };
}
