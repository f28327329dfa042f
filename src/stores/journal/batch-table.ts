/** The tables of batches as the worker writes them, inside its transactions. */
import type { DatabaseSync } from 'node:sqlite';
import type { BatchFacts, KeptBatch } from './batch-format.ts';
import { LAST_OFFSET } from './schema.ts';

export interface BatchTable {
  /** @param offsets how many offsets it takes: as many as its records had before some were left out */
  readonly add: (facts: BatchFacts, content: Uint8Array, offsets: number) => void;
  readonly content: (lastOffset: number) => Uint8Array;
  readonly replace: (lastOffset: number, kept: KeptBatch) => void;
  readonly remove: (lastOffset: number) => void;
  /** To be called when a transaction was rolled back. */
  readonly forget: () => void;
}

export function openBatchTable(database: DatabaseSync): BatchTable {
  const findTopic = database.prepare('SELECT id FROM topics WHERE name = ?');
  const addTopic = database.prepare('INSERT INTO topics (name) VALUES (?)');
  const findLast = database.prepare(LAST_OFFSET);
  const insert = database.prepare('INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?)');
  const insertTopic = database.prepare('INSERT INTO batch_topics VALUES (?, ?)');
  const content = database.prepare('SELECT content FROM batches WHERE last_offset = ?');
  const update = database.prepare(
    'UPDATE batches SET records = ?, min_timestamp_ms = ?, max_timestamp_ms = ?, content = ? WHERE last_offset = ?',
  );
  const remove = database.prepare('DELETE FROM batches WHERE last_offset = ?');
  const removeTopics = database.prepare(
    'DELETE FROM batch_topics WHERE topic_id IN (SELECT id FROM topics) AND last_offset = ?',
  );
  const topicIds = new Map<string, number>();
  let last: number | undefined;

  function topicId(name: string): number {
    const known = topicIds.get(name);
    if (known !== undefined) return known;
    const id = Number(findTopic.get(name)?.id ?? addTopic.run(name).lastInsertRowid);
    topicIds.set(name, id);
    return id;
  }

  return {
    add({ count, topics, minMs, maxMs }, bytes, offsets) {
      const before = last ?? Number(findLast.get()?.last_offset ?? 0);
      last = before + offsets;
      insert.run(last, before + 1, count, minMs, maxMs, bytes);
      for (const topic of topics) insertTopic.run(topicId(topic), last);
    },
    content: (lastOffset) => content.get(lastOffset)?.content as Uint8Array,
    replace(lastOffset, { blob, count, topics, minMs, maxMs }) {
      update.run(count, minMs, maxMs, blob, lastOffset);
      removeTopics.run(lastOffset);
      for (const topic of topics) insertTopic.run(topicId(topic), lastOffset);
    },
    remove(lastOffset) {
      remove.run(lastOffset);
      removeTopics.run(lastOffset);
    },
    forget() {
      // A topic that was new in this transaction is gone with it, and its offsets were never given.
      topicIds.clear();
      last = undefined;
    },
  };
}
