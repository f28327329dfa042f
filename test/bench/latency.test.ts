import { describe, expect, it } from '@jest/globals';
import { latencyRecorder } from '../../bench/load/latency.ts';
import { median, spread } from '../../bench/report/summary.ts';

describe('the latency histogram', () => {
  it('gives the percentiles of what was recorded, to three figures', () => {
    const recorder = latencyRecorder();
    for (let value = 1; value <= 10_000; value += 1) recorder.record(value / 100);
    const { count, p50, p90, p99, p999, max } = recorder.summary();
    expect(count).toBe(10_000);
    const near = (actual: number, wanted: number): void =>
      expect(Math.abs(actual - wanted) / wanted).toBeLessThan(0.002);
    near(p50, 50);
    near(p90, 90);
    near(p99, 99);
    near(p999, 99.9);
    near(max, 100);
  });

  it('takes a latency of nothing, and reports zeros before the first', () => {
    const recorder = latencyRecorder();
    expect(recorder.summary()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
    recorder.record(0);
    expect(recorder.summary().count).toBe(1);
    expect(recorder.summary().max).toBeLessThan(0.001);
  });
});

describe('the spread over rounds', () => {
  it('is the middle one, or the mean of the middle two, with the ends beside it', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(spread([5, 9, 7])).toEqual({ median: 7, lowest: 5, highest: 9 });
  });
});
