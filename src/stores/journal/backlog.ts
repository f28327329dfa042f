/**
 * How much is not in Kafka yet, on the journal's thread. What was there when the file was opened is counted step by step,
 * as often as somebody asks: after a long outage it is millions of rows, and nobody should wait for them.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LAST_OFFSET } from './schema.ts';

export interface Backlog {
  /** To be called once the transaction is committed. */
  readonly stored: (records: number, bytes: number) => void;
  /** What leaves when the position moves, before the rows go; take it off when the transaction is committed. */
  readonly leaving: (from: number, to: number) => () => void;
  /** Counts some more of what was found at the start. */
  readonly count: () => { readonly records: number; readonly bytes: number; readonly counted: boolean };
}

const COUNT_ROWS = 5_000;

export function createBacklog(database: DatabaseSync, position: number): Backlog {
  const end = Number(database.prepare(LAST_OFFSET).get()?.last_offset ?? 0);
  const some = database.prepare(`
    SELECT last_offset, records, octet_length(content) AS bytes FROM batches
    WHERE last_offset > ? AND last_offset <= ${end} ORDER BY last_offset LIMIT ${COUNT_ROWS}`);
  const between = database.prepare(`
    SELECT sum(records) AS records, sum(octet_length(content)) AS bytes FROM batches
    WHERE last_offset > ?1 AND last_offset <= ?2 AND (last_offset <= ?3 OR last_offset > ${end})`);
  /** What lies between this offset and `end` is not counted yet. */
  let cursor = position;
  let records = 0;
  let bytes = 0;

  return {
    stored(more, moreBytes) {
      records += more;
      bytes += moreBytes;
    },
    leaving(from, to) {
      const gone = between.get(from, to, cursor);
      return () => {
        records -= Number(gone?.records ?? 0);
        bytes -= Number(gone?.bytes ?? 0);
        cursor = Math.max(cursor, to);
      };
    },
    count() {
      if (cursor < end) {
        const rows = some.all(cursor);
        for (const row of rows) {
          records += Number(row.records);
          bytes += Number(row.bytes);
        }
        cursor = rows.length < COUNT_ROWS ? end : Number(rows.at(-1)?.last_offset);
      }
      return { records, bytes, counted: cursor >= end };
    },
  };
}
