import { expect, it } from '@jest/globals';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import {
  NOT_DEDUPLICATED,
  ONCE,
  type PackedRecords,
  packRecords,
  REPAIRED,
  unpackRecords,
} from '../../../src/stores/journal/packed-records.ts';
import { makeRecord } from '../make-record.ts';

const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());

function unpacked(packed: PackedRecords) {
  const found: unknown[] = [];
  unpackRecords(packed, ({ dedupeId, key, headers, value, texts, ...rest }) => {
    expect(text(texts)).toBe(`${text(key) ?? ''}${text(headers)}${text(value)}`);
    expect(Buffer.from(dedupeId.text, 'latin1')).toEqual(Buffer.from(dedupeId.bytes));
    found.push({
      ...rest,
      id: Buffer.from(dedupeId.bytes).toString('hex'),
      key: text(key),
      headers: JSON.parse(text(headers) ?? ''),
      value: text(value),
    });
  });
  return found;
}

const expected = ({ id, topic, key, headers, value, timestampMs }: OutgoingRecord, kind: number = ONCE) => ({
  ...{ id, topic, key, headers, value, timestampMs, kind },
});

const MIXED = [
  makeRecord('a', { key: null, value: '' }),
  makeRecord('ä-topic', { key: '', headers: {}, repeatable: true }),
  makeRecord('a', {
    key: 'Zoë 😀',
    value: `\u0000 ${'é'.repeat(5000)} 😀`,
    timestampMs: 0.5,
    repeatable: true,
    remembered: true,
  }),
  makeRecord('b', { headers: { empty: '', ce_subject: '😀' }, timestampMs: -1 }),
];
const KINDS = [ONCE, NOT_DEDUPLICATED, REPAIRED, ONCE];

it('gives back what was put in, byte for byte, with ids and how each is deduplicated', () => {
  const packed = packRecords(MIXED, undefined);
  expect(unpacked(packed)).toEqual(MIXED.map((record, n) => expected(record, KINDS[n])));
  expect(packed).toMatchObject({ count: 4, topics: ['a', 'ä-topic', 'b'] });
  const texts = MIXED.map(({ key, headers, value }) => `${key ?? ''}${JSON.stringify(headers)}${value}`);
  expect(packed.textBytes).toBe(Buffer.byteLength(texts.join('')));
});

it('takes the dedupe key in place of the id', () => {
  const dedupeKey = 'f'.repeat(32);
  expect(unpacked(packRecords([makeRecord('t', { dedupeKey })], undefined))).toMatchObject([{ id: dedupeKey }]);
});

it('uses memory again that is large enough, whatever is left in it', () => {
  const { memory } = packRecords([makeRecord('old', { value: 'x'.repeat(50_000), repeatable: true })], undefined);
  const again = packRecords(MIXED, memory);
  expect(again.memory).toBe(memory);
  expect(unpacked(again)).toEqual(MIXED.map((record, n) => expected(record, KINDS[n])));
  expect(packRecords([makeRecord('t', { value: 'é'.repeat(1_000_000) })], memory).memory).not.toBe(memory);
});
