/**
 * How much is not in Kafka yet, on the journal's thread. What was there when the file was opened is counted step by step,
 * as often as somebody asks: after a long outage it is millions of rows.
 */
import type { DatabaseSync } from 'node:sqlite';
import { TEXT_BYTES } from './schema.ts';

export interface Backlog {
  /** To be called once the transaction is committed. */
  readonly stored: (records: number, bytes: number) => void;
  /** What leaves when the position moves, before the rows go; take it off when the transaction is committed. */
  readonly leaving: (from: number, to: number) => () => void;
  /** Counts some more of what was found at the start. */
  readonly count: () => { readonly records: number; readonly bytes: number; readonly counted: boolean };
}

const COUNT_ROWS = 20_000;
const SUMS = `SELECT count(*) AS records, coalesce(sum(${TEXT_BYTES}), 0) AS bytes`;

export function createBacklog(database: DatabaseSync, position: number, end: number): Backlog {
  const some = database.prepare(`${SUMS}, max(offset) AS last FROM
    (SELECT * FROM records WHERE offset > ? AND offset <= ${end} ORDER BY offset LIMIT ${COUNT_ROWS})`);
  const between = database.prepare(
    `${SUMS} FROM records WHERE offset > ?1 AND offset <= ?2 AND (offset <= ?3 OR offset > ${end})`,
  );
  /** What is between this offset and `end` is not counted yet. */
  let cursor = position;
  let records = 0;
  let bytes = 0;

  function add(sums: Record<string, unknown> | undefined, sign: 1 | -1): void {
    records += sign * Number(sums?.records);
    bytes += sign * Number(sums?.bytes);
  }

  return {
    stored(more, moreBytes) {
      records += more;
      bytes += moreBytes;
    },
    leaving(from, to) {
      const gone = between.get(from, to, cursor);
      return () => {
        add(gone, -1);
        cursor = Math.max(cursor, to);
      };
    },
    count() {
      if (cursor < end) {
        const sums = some.get(cursor);
        add(sums, 1);
        cursor = Number(sums?.last ?? end);
      }
      return { records, bytes, counted: cursor >= end };
    },
  };
}
