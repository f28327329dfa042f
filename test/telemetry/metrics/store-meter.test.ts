import { describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { createSharedWrites, type WriteGroup } from '../../../src/stores/group-commit.ts';
import { createHistogram, observe } from '../../../src/telemetry/metrics/histogram.ts';
import { createStoreCounts } from '../../../src/telemetry/metrics/store-counts.ts';
import { makeRecord } from '../../stores/make-record.ts';

function writesOver(writeGroup: WriteGroup) {
  const counts = createStoreCounts();
  const writes = createSharedWrites({
    writeGroup,
    writeTimeoutMs: 5_000,
    maxGroupSize: 1_000_000,
    dedupeIds: 100,
    now: () => performance.now(),
    meter: counts.meter,
  });
  return { counts, writes };
}

describe('the counts of a store in its meter', () => {
  it('is what waits, what a write held and took, and what was there already', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { counts, writes } = writesOver(async (group) => {
      await held;
      for (const { settle } of group) settle();
    });
    const same = makeRecord('t');
    const stored = [writes.append([makeRecord('t'), same]), writes.append([makeRecord('t')]), writes.append([same])];
    expect(counts.recordsUnderWay()).toBe(3);
    release();
    await Promise.all(stored);
    await writes.drain();
    expect(counts.recordsUnderWay()).toBe(0);
    expect(counts.repeated()).toBe(1);
    expect([counts.writeRecords.sum, counts.writeSeconds.counts.reduce((sum, count) => sum + count)]).toEqual([3, 1]);
  });

  it('is the code of a failure, once for each request', async () => {
    const { counts, writes } = writesOver(async () => {
      throw new HubcastError('store_full', 'No room.');
    });
    const failed = await Promise.allSettled([writes.append([makeRecord('t')]), writes.append([makeRecord('t')])]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(counts.failures.get('store_full')).toBe(2);
    expect(counts.recordsUnderWay()).toBe(0);
  });
});

describe('a histogram', () => {
  it('counts a value in the first bucket that holds it, bounds included', () => {
    const histogram = createHistogram([1, 2]);
    for (const value of [0.5, 1, 1.5, 2, 3]) observe(histogram, value);
    expect([...histogram.counts]).toEqual([2, 2, 1]);
    expect(histogram.sum).toBe(8);
  });
});
