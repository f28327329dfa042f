import { expect, it } from '@jest/globals';
import { isTooLargeToRepeat, UNRECOGNIZED_ALWAYS_REPEATED } from '../../src/webhook/repetition.ts';

const MIB = 1024 * 1024;

it.each<[string, number, number, number | undefined, boolean]>([
  ['what stands beside one update', 100 * MIB, 1, undefined, false],
  ['4 MiB in all', 8_192, 512, undefined, false],
  ['more than 4 MiB in all', 8_192, 513, undefined, true],
  ['4,096 characters, however often', 4_096, 50_000, undefined, false],
  ['4,097 characters 50,000 times', 4_097, 50_000, undefined, true],
  ['256 undocumented characters, however often', 256, 50_000, UNRECOGNIZED_ALWAYS_REPEATED, false],
  ['257 undocumented characters 50,000 times', 257, 50_000, UNRECOGNIZED_ALWAYS_REPEATED, true],
])('%s: %i characters, %i times', (_what, length, times, always, tooLarge) => {
  expect(isTooLargeToRepeat(length, times, always)).toBe(tooLarge);
});
