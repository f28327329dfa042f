/** Reads a journal from its end backwards, a few batches at a time. */
import type { DatabaseSync } from 'node:sqlite';
import { JOURNAL_LANE, type ReadBack, type StoredRecord } from '../../records/record.ts';
import { openBatch } from './batch-format.ts';

const PAGE_BATCHES = 16;
const MAX_OFFSET = Number.MAX_SAFE_INTEGER;

/** @param assertOpen throws when the reader was closed */
export function createReadBack(database: DatabaseSync, assertOpen: () => void): ReadBack {
  const topicId = database.prepare('SELECT id FROM topics WHERE name = ?');
  const batchWith = database.prepare('SELECT min(last_offset) AS last_offset FROM batches WHERE last_offset >= ?');
  const batchesBefore = database.prepare(`
    SELECT last_offset FROM batch_topics WHERE topic_id = ? AND last_offset <= ?
    ORDER BY last_offset DESC LIMIT ${PAGE_BATCHES}`);
  const batchAt = database.prepare('SELECT first_offset, content FROM batches WHERE last_offset = ?');

  /** The latest batches that hold any of the topics, by their last offsets, the latest first. */
  function pageOf(topicIds: readonly number[], upTo: number): readonly number[] {
    const found = new Set(
      topicIds.flatMap((id) => batchesBefore.all(id, upTo).map(({ last_offset }) => Number(last_offset))),
    );
    return [...found].sort((one, other) => other - one).slice(0, PAGE_BATCHES);
  }

  return async ({ topics, before, count, lanes }) => {
    assertOpen();
    if (lanes !== undefined && !lanes.has(JOURNAL_LANE)) return [];
    const wanted = new Set(topics);
    const topicIds = topics.map((name) => topicId.get(name)?.id).filter((id) => id !== undefined);
    const given = before[JOURNAL_LANE];
    const bound = given === undefined ? MAX_OFFSET : Math.min(Number(given), MAX_OFFSET);
    let upTo = Number(batchWith.get(bound - 1)?.last_offset ?? MAX_OFFSET);
    const latestFirst: StoredRecord[] = [];
    while (true) {
      const page = pageOf(topicIds.map(Number), upTo);
      for (const lastOffset of page) {
        const row = batchAt.get(lastOffset);
        if (row === undefined) continue;
        const batch = openBatch(row.content as Uint8Array);
        const first = Number(row.first_offset);
        for (const frame of batch.frames.toReversed()) {
          if (first + batch.offset(frame) >= bound || !wanted.has(batch.topic(frame))) continue;
          if (latestFirst.length === count) return [laneOf(latestFirst, true)];
          latestFirst.push(batch.record(frame, first));
        }
      }
      if (page.length < PAGE_BATCHES) return [laneOf(latestFirst, false)];
      upTo = (page.at(-1) as number) - 1;
    }
  };
}

function laneOf(latestFirst: readonly StoredRecord[], more: boolean) {
  return { name: JOURNAL_LANE, records: latestFirst.toReversed(), bound: latestFirst.at(-1)?.offset ?? '0', more };
}
