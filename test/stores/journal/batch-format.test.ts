import { expect, it } from '@jest/globals';
import type { OutgoingRecord, StoredRecord } from '../../../src/records/record.ts';
import { type Batch, keepFrames, openBatch } from '../../../src/stores/journal/batch-format.ts';
import { type EncodedGroup, encodeGroup, ID_BYTES } from '../../../src/stores/journal/encode-group.ts';
import { makeRecord } from '../make-record.ts';

const recordsOf = (batch: Batch, firstOffset: number): StoredRecord[] =>
  batch.frames.map((frame) => batch.record(frame, firstOffset));

const blobsOf = ({ memory, batches }: EncodedGroup): Uint8Array[] =>
  batches.map(({ start, end }) => new Uint8Array(memory, start, end - start));

function asStored({ topic, key, headers, value, timestampMs }: OutgoingRecord, offset: number): StoredRecord {
  return { topic, partition: 0, offset: String(offset), key, headers, value, timestampMs };
}

const MIXED = [
  makeRecord('a', { key: null, value: '' }),
  makeRecord('ä-topic', { key: '', headers: {}, repeatable: true }),
  makeRecord('a', { key: 'Zoë 😀', value: `\u0000 ${'é'.repeat(5000)} 😀`, timestampMs: 0.5 }),
  makeRecord('b', { headers: { empty: '', ce_subject: '😀' }, timestampMs: -1 }),
];

it('gives back what was put in, byte for byte, with ids and repeatable marks in front', () => {
  const group = encodeGroup(MIXED, undefined);
  const [blob = new Uint8Array(), ...others] = blobsOf(group);
  expect(others).toEqual([]);
  expect(recordsOf(openBatch(blob), 100)).toEqual(MIXED.map((record, n) => asStored(record, 100 + n)));
  expect(group.batches[0]).toMatchObject({ count: 4, topics: ['a', 'ä-topic', 'b'], minMs: -1 });
  const ids = Buffer.from(group.memory, 0, MIXED.length * ID_BYTES).toString('hex');
  expect(ids).toBe(MIXED.map(({ id }) => id).join(''));
  expect([...new Uint8Array(group.memory, MIXED.length * ID_BYTES, MIXED.length)]).toEqual([0, 1, 0, 0]);
});

it('uses memory again that is large enough, whatever is left in it', () => {
  const { memory } = encodeGroup([makeRecord('old', { value: 'x'.repeat(50_000), repeatable: true })], undefined);
  const again = encodeGroup(MIXED, memory);
  expect(again.memory).toBe(memory);
  const [blob = new Uint8Array()] = blobsOf(again);
  expect(recordsOf(openBatch(blob), 1)).toEqual(MIXED.map((record, n) => asStored(record, 1 + n)));
  expect(encodeGroup([makeRecord('t', { value: 'é'.repeat(1_000_000) })], memory).memory).not.toBe(memory);
});

it('puts large groups into several batches, and one large record into one', () => {
  const records = Array.from({ length: 30 }, (_, n) =>
    makeRecord(`t${n % 3}`, { value: `${n} ${'é'.repeat(100_000)}` }),
  );
  records.push(makeRecord('t0', { value: '€'.repeat(3_000_000) }));
  const group = encodeGroup(records, undefined);
  expect(group.batches.length).toBeGreaterThan(2);
  const read = blobsOf(group).flatMap((blob) => recordsOf(openBatch(blob), 0));
  expect(read.map(({ value }) => value)).toEqual(records.map(({ value }) => value));
  expect(read.map(({ topic }) => topic)).toEqual(records.map(({ topic }) => topic));
});

it('leaves out records and keeps the offsets of the others', () => {
  const [blob = new Uint8Array()] = blobsOf(encodeGroup(MIXED, undefined));
  const kept = keepFrames(blob, (_frame, _batch, index) => index % 2 === 1);
  expect(kept).toMatchObject({ count: 2, topics: ['ä-topic', 'b'], minMs: -1, maxMs: MIXED[1]?.timestampMs });
  expect(recordsOf(openBatch(kept?.blob ?? new Uint8Array()), 100).map(({ offset }) => offset)).toEqual(['101', '103']);
  expect(keepFrames(blob, () => false)).toBeUndefined();
});

it('refuses a format it does not know', () => {
  expect(() => openBatch(Uint8Array.of(2, 0, 0))).toThrow(expect.objectContaining({ code: 'store_incompatible' }));
});
