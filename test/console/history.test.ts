import { describe, expect, it } from '@jest/globals';
import { createHistory, type Totals } from '../../src/console/history.ts';

const BOUNDS = [0.001, 0.01, 0.1];

function totals(stored: number, counts: readonly number[], events: Record<string, number> = {}): Totals {
  return { events, stored, refused: 0, failed: 0, durable: { bounds: BOUNDS, counts } };
}

describe('the history', () => {
  it('holds what was added in each step, and how long it took', () => {
    const readings = [totals(5, [5, 0, 0, 0], { messages: 5 }), totals(15, [5, 10, 0, 0], { messages: 14, groups: 1 })];
    const history = createHistory(() => readings.shift() as Totals);
    history.sample(1000);
    const [point] = history.points();
    expect(point).toMatchObject({ atMs: 1000, stored: 10, events: { messages: 9, groups: 1 } });
    expect(point?.p50Ms).toBeCloseTo(5.5);
    expect(point?.p99Ms).toBeCloseTo(9.91);
  });

  it('has no latency without stored events, and the last bound for slower ones', () => {
    const readings = [totals(0, [0, 0, 0, 0]), totals(0, [0, 0, 0, 0]), totals(1, [0, 0, 0, 1])];
    const history = createHistory(() => readings.shift() as Totals);
    history.sample(1);
    history.sample(2);
    expect(history.points().map(({ p50Ms, p99Ms }) => [p50Ms, p99Ms])).toEqual([
      [null, null],
      [100, 100],
    ]);
  });

  it('covers the last hour only', () => {
    const history = createHistory(() => totals(0, [0, 0, 0, 0]));
    for (let step = 0; step < 400; step += 1) history.sample(step);
    expect(history.points()).toHaveLength(360);
    expect(history.points()[0]?.atMs).toBe(40);
  });
});
