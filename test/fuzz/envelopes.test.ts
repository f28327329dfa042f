/** Whatever Meta signs is kept, whole, under ids that stay: for bodies that are nearly right, and for any bytes at all. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent } from '../../src/events/decoding/decode-event.ts';
import { allFields } from '../../src/fields/registry.ts';
import { receiveInto } from '../support/receive-into.ts';
import { LONG_MS, rounds } from './rounds.ts';

const fieldName = fc.oneof(fc.constantFrom(...allFields().map(({ name }) => name)), fc.string({ unit: 'binary' }));
const samples = allFields().flatMap(({ name, samples: of }) => of.map(({ value }) => ({ field: name, value })));
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.constantFrom<unknown>('__proto__', '\ud800', '\r\n', '\u0000', 1e21, 2 ** 60, -0, '', '0'),
);
const change = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...samples) },
  {
    weight: 4,
    arbitrary: fc.record({ field: fieldName, value: odd, extra: odd }, { requiredKeys: ['field', 'value'] }),
  },
  { weight: 1, arbitrary: odd },
);
const entry = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      id: fc.oneof(fc.nat().map(String), odd),
      time: fc.oneof(fc.nat(), odd),
      changes: fc.array(change, { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: odd },
);
const envelope = fc.record({
  object: fc.oneof({ weight: 8, arbitrary: fc.constant('whatsapp_business_account') }, { weight: 1, arbitrary: odd }),
  entry: fc.oneof({ weight: 8, arbitrary: fc.array(entry, { maxLength: 4 }) }, { weight: 1, arbitrary: odd }),
});

/** Text with a few characters put in, taken out or turned. */
const spoilt = fc
  .tuple(
    envelope,
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 4 }),
  )
  .map(([whole, spoils]) => {
    let text = JSON.stringify(whole);
    for (const [place, taken, put] of spoils) {
      const at = place % (text.length + 1);
      text = text.slice(0, at) + put + text.slice(at + taken);
    }
    return Buffer.from(text);
  });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

async function isKept(body: Buffer): Promise<void> {
  const records = await receiveInto(body);
  expect(records.length).toBeGreaterThan(0);
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
  for (const { id, key, value, headers, topic } of records) {
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(topic).toMatch(/^whatsapp\.[a-z-]+$/);
    for (const text of [key ?? '', value, ...Object.values(headers)]) expect(text.isWellFormed()).toBe(true);
    expect(Object.values(headers).join('')).not.toMatch(/[\r\n]/);
    expect(decodeEvent({ value, headers }).id).toBe(id);
  }
  const again = await receiveInto(body);
  expect(again.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
}

describe('what is signed is kept', () => {
  it(
    'when it is nearly an envelope',
    async () => {
      await fc.assert(
        fc.asyncProperty(envelope, (whole) => isKept(Buffer.from(JSON.stringify(whole)))),
        rounds(400),
      );
    },
    LONG_MS,
  );

  it(
    'when it was one',
    async () => {
      await fc.assert(fc.asyncProperty(spoilt, isKept), rounds(400));
    },
    LONG_MS,
  );

  it(
    'when it is any bytes',
    async () => {
      await fc.assert(fc.asyncProperty(bytes, isKept), rounds(200));
    },
    LONG_MS,
  );
});
