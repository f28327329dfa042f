import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encodeBatch } from '../../../src/stores/kafka/batch-encoder.ts';
import { encodeRecord } from '../../../src/stores/kafka/record-encoder.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** kafkajs as it is, in a process where nothing of it was replaced. */
const THEIRS = `
  const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js');
  const Record = require('kafkajs/src/protocol/recordBatch/record/v0/index.js');
  const batches = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  Promise.all(batches.map(async (batch) => (await RecordBatch({ ...batch, records: batch.records.map(Record) })).buffer.toString('hex')))
    .then((texts) => console.log(JSON.stringify(texts)));`;

const record = (index: number, size: number) => ({
  offsetDelta: index,
  timestampDelta: index % 3,
  key: `key-${index}`,
  value: 'é'.repeat(size),
  headers: { ce_id: String(index), empty: '' },
});

describe('encodeBatch', () => {
  it('gives the bytes kafkajs gives', async () => {
    const batches = [1, 2, 50, 700].flatMap((count) =>
      [0, 3, 5000].map((size) => ({
        compression: 0,
        firstTimestamp: '1795341600123',
        maxTimestamp: '1795341600125',
        lastOffsetDelta: count - 1,
        firstSequence: 0,
        records: Array.from({ length: count }, (_, index) => record(index, count === 700 ? 10 : size)),
      })),
    );
    const options = { cwd: ROOT, input: JSON.stringify(batches), encoding: 'utf8', maxBuffer: 1e8 } as const;
    const theirs = JSON.parse(execFileSync(process.execPath, ['-e', THEIRS], options));
    const ours = await Promise.all(
      batches.map(async (batch) =>
        (await encodeBatch({ ...batch, records: batch.records.map(encodeRecord) })).buffer.toString('hex'),
      ),
    );
    expect(ours).toEqual(theirs);
  });
});
