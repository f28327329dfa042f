import { describe, expect, it } from '@jest/globals';
import { visibleSeconds } from '../../src/console/client/visible-seconds.ts';

const NOW = 1_795_600_000;

describe('the charts of the console', () => {
  it('begin when the process began while it is younger than an hour', () => {
    expect(visibleSeconds([NOW - 110, NOW - 100, NOW - 10], 10, NOW)).toEqual([NOW - 120, NOW]);
  });

  it('show the last hour afterwards', () => {
    expect(visibleSeconds([NOW - 3601, NOW - 10], 10, NOW)).toEqual([NOW - 3600, NOW]);
  });

  it('show one step before the first measurement', () => {
    expect(visibleSeconds([], 10, NOW)).toEqual([NOW - 10, NOW]);
  });
});
