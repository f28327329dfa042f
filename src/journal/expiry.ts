import type { DatabaseSync } from 'node:sqlite';
import type { Answers, Requests } from './messages.ts';

/** A chunk is small enough that a write which waits behind it does not notice. */
const CHUNK_ROWS = 500;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Removes one chunk of old records and one of forgotten ids, inside the caller's transaction. */
export function createExpiry(
  database: DatabaseSync,
  rememberMs: number,
): (request: Requests['expire']) => Answers['expire'] & { readonly bytes: number } {
  const oldest = database.prepare(
    `SELECT seq, octet_length(value) AS bytes FROM records WHERE timestamp_ms < ? ORDER BY timestamp_ms LIMIT ${CHUNK_ROWS}`,
  );
  const remove = database.prepare('DELETE FROM records WHERE seq = ?');
  const forget = database.prepare(`
    DELETE FROM remembered WHERE id IN
    (SELECT id FROM remembered WHERE stored_at_ms <= ? ORDER BY stored_at_ms LIMIT ${CHUNK_ROWS})`);

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
    const ids = Number(forget.run(nowMs - rememberMs).changes);
    const more = records < found.length || found.length === CHUNK_ROWS || ids === CHUNK_ROWS;
    return { records, ids, more, bytes };
  };
}
