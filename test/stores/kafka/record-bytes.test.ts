import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Record from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from '../../../src/stores/kafka/record-bytes.ts';
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
