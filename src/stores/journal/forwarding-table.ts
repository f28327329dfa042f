/** What has gone to Kafka and what has not, as the journal's thread reads and writes it. */
import type { DatabaseSync } from 'node:sqlite';
import { createBacklog } from './backlog.ts';
import type { BacklogState, Progress, TakenRecords } from './messages.ts';
import type { RecordRows } from './record-rows.ts';

export interface ForwardingTable {
  readonly take: (after: number, maxBytes: number) => TakenRecords;
  /** Inside the caller's transaction. */
  readonly advance: (progress: Progress) => void;
  /** Removes some of what is in Kafka and still here, inside the caller's transaction. */
  readonly trim: (nowMs: number) => { readonly records: number; readonly more: boolean };
  /** Puts what was parked behind everything else, inside the caller's transaction; how many records that is. */
  readonly unpark: () => number;
  /** Records that were committed. */
  readonly stored: (records: number, bytes: number) => void;
  readonly backlog: () => BacklogState;
  /** To be called when the transaction has ended. */
  readonly settle: (committed: boolean) => void;
}

const TAKE_ROWS = 5_000;
const TRIM_ROWS = 1_000;

export function openForwardingTable(database: DatabaseSync, rows: RecordRows): ForwardingTable {
  const write = database.prepare('UPDATE state SET position = ?, ahead = ?');
  const waiting = database.prepare(`
    SELECT offset, name AS topic, timestamp_ms AS timestampMs, key, headers, value
    FROM records JOIN topics ON topics.id = topic_id WHERE offset > ? ORDER BY offset LIMIT ${TAKE_ROWS}`);
  const oldest = database.prepare('SELECT timestamp_ms FROM records WHERE offset > ? ORDER BY offset LIMIT 1');
  const toPark = database.prepare(
    'SELECT offset, topic_id, timestamp_ms, checksum, key, headers, value FROM records WHERE offset = ?',
  );
  const park = database.prepare('INSERT OR IGNORE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const countParked = database.prepare('SELECT count(*) AS records FROM parked');
  const trimmable = database.prepare(`
    SELECT count(*) AS records, max(offset) AS last FROM
    (SELECT offset FROM records WHERE offset <= ? ORDER BY offset LIMIT ${TRIM_ROWS})`);

  const at = database.prepare('SELECT position, ahead FROM state').get();
  let position = Number(at?.position);
  let ahead = JSON.parse(String(at?.ahead)) as readonly number[];
  const backlog = createBacklog(database, position, rows.lastOffset());
  /** Whether rows up to the position remain, from before it was kept or from a forward that leaves them. */
  let mayTrim = true;
  let onCommit: (() => void)[] = [];

  return {
    take(after, maxBytes) {
      const records: TakenRecords['records'][number][] = [];
      let bytes = 0;
      for (const row of waiting.iterate(after)) {
        const record = { ...row } as unknown as TakenRecords['records'][number];
        bytes += record.headers.length + record.value.length;
        if (records.length > 0 && bytes > maxBytes) return { records, more: true };
        records.push(record);
      }
      return { records, more: records.length === TAKE_ROWS };
    },
    advance({ position: to, ahead: beyond, parked, trim, nowMs }) {
      const leave = backlog.leaving(position, to);
      const setAside = parked.map(({ offset, reason }) => ({ row: toPark.get(offset), reason }));
      write.run(to, JSON.stringify(beyond));
      // First, so that there is space for what is parked also in a file that is full.
      if (trim && !mayTrim) rows.removeUpTo(to, nowMs);
      for (const { row, reason } of setAside) if (row !== undefined) park.run(...Object.values(row), nowMs, reason);
      onCommit.push(() => {
        leave();
        mayTrim ||= !trim;
        position = to;
        ahead = beyond;
      });
    },
    trim(nowMs) {
      if (!mayTrim) return { records: 0, more: false };
      const { records, last } = trimmable.get(position) ?? {};
      if (last !== null) rows.removeUpTo(Number(last), nowMs);
      const more = Number(records) === TRIM_ROWS;
      onCommit.push(() => {
        mayTrim = more;
      });
      return { records: Number(records), more };
    },
    unpark() {
      const { records, bytes } = rows.unpark();
      onCommit.push(() => backlog.stored(records, bytes));
      return records;
    },
    stored: backlog.stored,
    backlog() {
      const oldestMs = oldest.get(position)?.timestamp_ms;
      return {
        ...backlog.count(),
        position,
        ahead,
        oldestMs: oldestMs === undefined ? null : Number(oldestMs),
        parked: Number(countParked.get()?.records),
      };
    },
    settle(committed) {
      if (committed) for (const change of onCommit) change();
      onCommit = [];
    },
  };
}
