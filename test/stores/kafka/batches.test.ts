import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Record from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import { partitionFor } from '../../../src/records/partition.ts';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import {
  BATCH_OVERHEAD_BYTES,
  firstSend,
  MAX_RECORDS_PER_PARTITION,
  MAX_SEND_BYTES,
  recordBytes,
} from '../../../src/stores/kafka/batches.ts';
import type { TopicState } from '../../../src/stores/kafka/topics.ts';
import { makeRecord } from './support.ts';

const outgoing = fc
  .record({
    topic: fc.constantFrom('a', 'b'),
    key: fc.option(fc.string({ unit: 'grapheme', maxLength: 40 })),
    value: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.nat(3000).map((length) => 'v'.repeat(length)),
    ),
    headers: fc.dictionary(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 200 })),
  })
  .map((some) => makeRecord(some.topic, some));

function states(limits: { readonly [topic: string]: number }, partitionCount = 3) {
  return new Map<string, TopicState>(
    Object.entries(limits).map(([name, maxBatchBytes]) => [
      name,
      { name, partitionCount, maxBatchBytes, warnings: [] },
    ]),
  );
}

async function encodedBatchBytes(records: readonly OutgoingRecord[]): Promise<number> {
  const encoded = records.map(({ key, value, headers, timestampMs }, index) =>
    Record({
      key,
      value,
      headers,
      offsetDelta: index,
      timestampDelta: timestampMs % 2 === 0 ? -timestampMs : timestampMs,
    }),
  );
  return (await RecordBatch({ records: encoded })).size();
}

describe('recordBytes', () => {
  it('is never less than what kafkajs encodes, and hardly more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(outgoing, { minLength: 1, maxLength: 5 }), async (records) => {
        const bound = records.reduce((sum, record) => sum + recordBytes(record), BATCH_OVERHEAD_BYTES);
        const actual = await encodedBatchBytes(records);
        expect(actual).toBeLessThanOrEqual(bound);
        expect(bound - actual).toBeLessThanOrEqual(20 * records.length);
      }),
    );
  });

  it('knows the longer length prefixes of large values', async () => {
    const record = makeRecord('a', { value: 'x'.repeat(3 * 1024 * 1024) });
    const actual = (await encodedBatchBytes([record])) - BATCH_OVERHEAD_BYTES;
    expect(recordBytes(record)).toBeGreaterThanOrEqual(actual);
    expect(recordBytes(record) - actual).toBeLessThanOrEqual(20);
  });
});

describe('firstSend', () => {
  it('cuts any list into sends that no broker finds too large, losing and reordering nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(outgoing, { maxLength: 60 }),
        fc.integer({ min: 500, max: 5000 }),
        async (list, limit) => {
          const topics = states({ a: limit, b: 2 * limit });
          let rest = list.map((record) => ({ record }));
          const seen: OutgoingRecord[] = [];
          while (rest.length > 0) {
            const send = firstSend(rest, topics);
            expect(send.count).toBeGreaterThan(0);
            const sent = rest.slice(0, send.count).map(({ record }) => record);
            const inBatches: OutgoingRecord[] = [];
            for (const [topic, partitions] of send.topics) {
              for (const [partition, records] of partitions) {
                for (const record of records) expect(partitionFor(topic, record.key, 3)).toBe(partition);
                const inOrder = sent.filter(
                  (record) => record.topic === topic && partitionFor(topic, record.key, 3) === partition,
                );
                expect(records).toEqual(inOrder);
                const bytes = await encodedBatchBytes(records);
                if (bytes > (topics.get(topic)?.maxBatchBytes ?? 0)) expect(sent).toHaveLength(1);
                inBatches.push(...records);
              }
            }
            expect(new Set(inBatches)).toEqual(new Set(sent));
            seen.push(...sent);
            rest = rest.slice(send.count);
          }
          expect(seen).toEqual(list);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sends a record that is too large alone, behind what comes before it', () => {
    const [small, large, last] = [{}, { value: 'x'.repeat(2000) }, {}].map((more) => ({
      record: makeRecord('a', more),
    }));
    if (!small || !large || !last) throw new Error('three records');
    const topics = states({ a: 1000 });
    expect(firstSend([small, large, last], topics).count).toBe(1);
    expect(firstSend([large, last], topics).count).toBe(1);
  });

  it('bounds the bytes of a send over all partitions', () => {
    const items = Array.from({ length: 12 }, (_, index) => ({
      record: makeRecord('a', { key: `k${index}`, value: 'x'.repeat(1024 * 1024) }),
    }));
    expect(firstSend(items, states({ a: 64 * 1024 * 1024 }, 12)).count).toBe(
      Math.floor(MAX_SEND_BYTES / 1024 / 1024) - 1,
    );
  });

  it('bounds the records of a partition, as kafkajs takes the square of their number', () => {
    const items = Array.from({ length: MAX_RECORDS_PER_PARTITION + 5 }, () => ({
      record: makeRecord('a', { key: 'k' }),
    }));
    expect(firstSend(items, states({ a: 64 * 1024 * 1024 })).count).toBe(MAX_RECORDS_PER_PARTITION);
  });
});
