import { describe, expect, it } from '@jest/globals';
import { readLimit } from '../../src/fields/phone-numbers/messaging-limit.ts';

const said = (tier: string | null, recipients: number | null, unlimited: boolean | null) => ({
  tier,
  unique_recipients_per_day: recipients,
  unlimited,
  scope: 'portfolio',
});

describe('readLimit', () => {
  it.each([
    ['TIER_2K', said('TIER_2K', 2000, false)],
    ['2000', said('TIER_2K', 2000, false)],
    [2000, said('TIER_2K', 2000, false)],
    [3000, said(null, 3000, false)],
    [0, said(null, 0, false)],
    [Number.MAX_SAFE_INTEGER, said(null, Number.MAX_SAFE_INTEGER, false)],
    [-1, said('TIER_UNLIMITED', null, true)],
    ['UNLIMITED', said('TIER_UNLIMITED', null, true)],
    ['TIER_NEW', said('TIER_NEW', null, null)],
  ])('%j is read', (limit, reading) => {
    expect(readLimit(limit, 'portfolio')).toEqual(reading);
  });

  it.each([[null], [2 ** 53], [1e300], [Number.POSITIVE_INFINITY], [2000.5], [-2], ['-2']])(
    '%j is not guessed',
    (limit) => {
      expect(readLimit(limit, 'portfolio')).toBeNull();
      expect(readLimit(limit, 'throughput')).toBeNull();
    },
  );
});
