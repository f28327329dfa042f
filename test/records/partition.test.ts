import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionFor, toPositive } from '../../src/records/partition.ts';

describe('murmur2', () => {
  // The cases of Kafka's own UtilsTest.testMurmur2 (clients 4.3.0), some of them by their partition count of 2^31.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('gives %p what Kafka gives it', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('reads bytes at an odd place of a larger buffer', () => {
    const buffer = Buffer.from('xabc');
    expect(murmur2(buffer.subarray(1))).toBe(479470107);
  });
});

describe('toPositive', () => {
  it('drops the sign bit', () => {
    expect(toPositive(-973932308)).toBe(1173551340);
    expect(toPositive(-2147483648)).toBe(0);
    expect(toPositive(7)).toBe(7);
  });
});

describe('partitionFor', () => {
  it('puts all records without a key into one partition of the topic', () => {
    expect(partitionFor('whatsapp.unknown', null, 12)).toBe(partitionFor('whatsapp.unknown', null, 12));
    expect(partitionFor('whatsapp.unknown', null, 1)).toBe(0);
  });

  it('distinguishes an empty key from a missing one', () => {
    expect(partitionFor('topic', '', 1000)).toBe(toPositive(murmur2(Buffer.alloc(0))) % 1000);
  });
});
