/** What has gone to Kafka and what has not, as the worker reads and writes it. */
import type { DatabaseSync } from 'node:sqlite';
import { createBacklog } from './backlog.ts';
import { keepFrames, openBatch } from './batch-format.ts';
import type { BatchTable } from './batch-table.ts';
import type { Answers, Progress } from './messages.ts';

export interface ForwardingTable {
  /** The next batches after an offset, at least one if there is any. */
  readonly take: (after: number, maxBytes: number) => Answers['take'];
  /** Inside the caller's transaction. */
  readonly advance: (progress: Progress) => void;
  /** Removes some of what is in Kafka and still here, inside the caller's transaction. */
  readonly trim: () => { readonly records: number; readonly more: boolean };
  /** Puts what was set aside behind everything else, inside the caller's transaction. */
  readonly unpark: () => { readonly records: number };
  readonly stored: (records: number, bytes: number) => void;
  readonly backlog: () => Answers['backlog'];
  /** To be called when the transaction has ended. */
  readonly settle: (committed: boolean) => void;
}

const TAKE_ROWS = 1_000;
const TRIM_ROWS = 200;

export function openForwardingTable(database: DatabaseSync, batches: BatchTable): ForwardingTable {
  const read = database.prepare('SELECT position, ahead FROM forwarding');
  const write = database.prepare('UPDATE forwarding SET position = ?, ahead = ?');
  const sizes = database.prepare(`
    SELECT last_offset, octet_length(content) AS bytes FROM batches WHERE last_offset > ?
    ORDER BY last_offset LIMIT ${TAKE_ROWS}`);
  const contents = database.prepare(`
    SELECT first_offset, last_offset, content FROM batches WHERE last_offset > ? AND last_offset <= ?
    ORDER BY last_offset`);
  const holder = database.prepare(
    'SELECT first_offset, content FROM batches WHERE last_offset >= ? ORDER BY last_offset LIMIT 1',
  );
  const oldest = database.prepare(
    'SELECT min_timestamp_ms FROM batches WHERE last_offset > ? ORDER BY last_offset LIMIT 1',
  );
  const park = database.prepare('INSERT OR IGNORE INTO parked VALUES (?, ?, ?, ?, ?, ?)');
  const countParked = database.prepare('SELECT count(*) AS records FROM parked');
  const someParked = database.prepare('SELECT record_offset, content FROM parked ORDER BY record_offset');
  const clearParked = database.prepare('DELETE FROM parked');
  const remove = database.prepare('DELETE FROM batches WHERE last_offset <= ?');
  const removeTopics = database.prepare(
    'DELETE FROM batch_topics WHERE topic_id IN (SELECT id FROM topics) AND last_offset <= ?',
  );
  const trimmable = database.prepare(`
    SELECT last_offset, records FROM batches WHERE last_offset <= ? ORDER BY last_offset LIMIT ${TRIM_ROWS}`);

  const at = read.get();
  let position = Number(at?.position);
  let ahead = JSON.parse(String(at?.ahead)) as readonly number[];
  const backlog = createBacklog(database, position);
  /** Whether rows below the position remain, from before it was kept or from a forward that leaves them. */
  let mayTrim = true;
  let onCommit: (() => void)[] = [];

  /** The record as a row of `parked`; undefined when it is gone. */
  function toParked({ offset, reason }: Progress['parked'][number], nowMs: number) {
    const row = holder.get(offset);
    if (row === undefined) return undefined;
    const firstOffset = Number(row.first_offset);
    const kept = keepFrames(row.content as Uint8Array, (frame, batch) => firstOffset + batch.offset(frame) === offset);
    return kept && ([offset, firstOffset, kept.topics[0] ?? '', nowMs, reason, kept.blob] as const);
  }

  function removeUpTo(offset: number): void {
    remove.run(offset);
    removeTopics.run(offset);
  }

  return {
    take(after, maxBytes) {
      const rows = sizes.all(after);
      let total = 0;
      let upTo = after;
      let taken = 0;
      for (const row of rows) {
        const bytes = Number(row.bytes);
        if (taken > 0 && total + bytes > maxBytes) break;
        total += bytes;
        taken += 1;
        upTo = Number(row.last_offset);
      }
      const memory = new ArrayBuffer(total);
      const bytes = new Uint8Array(memory);
      let start = 0;
      const batches = (taken === 0 ? [] : contents.all(after, upTo)).map((row) => {
        const content = row.content as Uint8Array;
        bytes.set(content, start);
        const end = start + content.byteLength;
        const batch = { firstOffset: Number(row.first_offset), lastOffset: Number(row.last_offset), start, end };
        start = end;
        return batch;
      });
      return { memory, batches, more: taken < rows.length || rows.length === TAKE_ROWS };
    },
    advance({ position: to, ahead: beyond, parked, trim, nowMs }) {
      const setAside = parked.map((record) => toParked(record, nowMs));
      write.run(to, JSON.stringify(beyond));
      const leave = backlog.leaving(position, to);
      // First, so that there is room for what is parked also in a file that is full.
      if (trim && !mayTrim) removeUpTo(to);
      for (const row of setAside) if (row !== undefined) park.run(...row);
      onCommit.push(() => {
        leave();
        mayTrim ||= !trim;
        position = to;
        ahead = beyond;
      });
    },
    trim() {
      if (!mayTrim) return { records: 0, more: false };
      const rows = trimmable.all(position);
      const last = rows.at(-1);
      if (last !== undefined) removeUpTo(Number(last.last_offset));
      const more = rows.length === TRIM_ROWS;
      onCommit.push(() => {
        mayTrim = more;
      });
      return { records: rows.reduce((sum, row) => sum + Number(row.records), 0), more };
    },
    unpark() {
      const rows = someParked.all();
      clearParked.run();
      let bytes = 0;
      for (const row of rows) {
        const content = row.content as Uint8Array;
        const { topics, frames, topic, timestampMs, offset } = openBatch(content);
        const [frame] = frames;
        if (frame === undefined) continue;
        const facts = { count: 1, topics: topics.filter((name) => name === topic(frame)) };
        batches.add({ ...facts, minMs: timestampMs(frame), maxMs: timestampMs(frame) }, content, offset(frame) + 1);
        bytes += content.byteLength;
      }
      onCommit.push(() => backlog.stored(rows.length, bytes));
      return { records: rows.length };
    },
    stored: backlog.stored,
    backlog() {
      const oldestMs = oldest.get(position)?.min_timestamp_ms;
      return {
        ...backlog.count(),
        position,
        ahead,
        oldestMs: oldestMs === undefined ? null : Number(oldestMs),
        parked: Number(countParked.get()?.records),
      };
    },
    settle(committed) {
      if (onCommit.length === 0) return;
      if (committed) for (const change of onCommit) change();
      onCommit = [];
    },
  };
}
