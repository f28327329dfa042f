import { describe, expect, it } from '@jest/globals';
import { compareRounds, comparisonLines } from '../../bench/report/comparison.ts';
import { summarise } from '../../bench/report/summary.ts';
import { judge } from '../../bench/report/targets.ts';
import type { RoundResult } from '../../bench/run/measure.ts';
import { chooseScenarios, SCENARIOS, serverKey, withTwins } from '../../bench/scenarios.ts';

const MB = 1_000_000;

interface Round {
  readonly perSecond: number;
  readonly p99?: number;
  readonly peakMb?: number;
  readonly serverShare?: number;
  readonly lost?: number;
}

function round({ perSecond, p99 = 5, peakMb = 100, serverShare = 0.98, lost = 0 }: Round): RoundResult {
  const latencyMs = { count: 100, p50: 1, p90: 2, p99, p999: 8, max: 9 };
  return {
    load: {
      answered: 100,
      statuses: { 200: 100 },
      lost,
      unanswered: 0,
      elapsedMs: 1000,
      latencyMs,
      ranOut: false,
      generatorCpuMs: 1,
    },
    perSecond,
    generatorCpuUsPerRequest: 10,
    serverCpuUsPerRequest: 1e6 / perSecond,
    serverShare,
    serverCoreBusy: 1,
    otherCoresBusy: 0.5,
    residentBytes: { first: 80 * MB, peak: peakMb * MB, last: 90 * MB },
  };
}

function summary(name: string, rounds: readonly Round[], floor: readonly Round[] = []) {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`);
  return summarise(scenario, rounds.map(round), { base: floor.map(round), idleBytes: 85 * MB });
}

describe('the summary', () => {
  it('takes ratios within the same round, so that a slow round slows both sides', () => {
    const floor = [{ perSecond: 40_000 }, { perSecond: 10_000 }, { perSecond: 50_000 }];
    const { ratio, cpuRatio, perSecond } = summary(
      'kafka-closed',
      [{ perSecond: 16_000 }, { perSecond: 4_000 }, { perSecond: 25_000 }],
      floor,
    );
    expect(ratio).toEqual({ median: 0.4, lowest: 0.4, highest: 0.5 });
    expect(cpuRatio?.median).toBeCloseTo(0.4);
    expect(perSecond).toEqual({ median: 16_000, lowest: 4_000, highest: 25_000 });
  });

  it('compares neither the floor with itself nor an open loop', () => {
    expect(summary('floor-express', [{ perSecond: 1 }], [{ perSecond: 1 }]).ratio).toBeUndefined();
    expect(summary('kafka-at-3300', [{ perSecond: 1 }], [{ perSecond: 1 }]).ratio).toBeUndefined();
  });

  it('calls memory flat while the last round peaks no more than a tenth above the first', () => {
    const flat = (peaks: readonly number[]) =>
      summary(
        'journal-closed',
        peaks.map((peakMb) => ({ perSecond: 1, peakMb })),
      ).memory?.flat;
    expect(flat([100, 140, 109])).toBe(true);
    expect(flat([100, 105, 111])).toBe(false);
    expect(flat([100])).toBeUndefined();
  });
});

describe('the targets', () => {
  const floor = [{ perSecond: 40_000 }];

  it('are met or not by the median of the ratios, the p99 and the memory', () => {
    const verdicts = judge([
      summary('journal-closed', [{ perSecond: 27_900 }], floor),
      summary('kafka-closed', [{ perSecond: 28_100, peakMb: 180 }], floor),
      summary('kafka-at-3300', [{ perSecond: 3300, p99: 6 }]),
    ]);
    expect(verdicts.map(({ scenario, measured, met }) => [scenario, measured, met])).toEqual([
      ['journal-closed', '0.70', false],
      ['kafka-closed', '0.70', true],
      ['kafka-at-3300', '1.00 ms', true],
      ['kafka-at-3300', '6.00 ms', true],
      ['journal-closed', '85 MB', true],
      ['kafka-closed', '85 MB', true],
      ['journal-closed', 'peak 100 MB', true],
      ['kafka-closed', 'peak 180 MB', false],
    ]);
  });

  it('do not take a fast open loop that lost requests for one that met its target', () => {
    expect(judge([summary('kafka-at-3300', [{ perSecond: 3300, lost: 1 }])])[0]?.met).toBe(false);
  });

  it('are silent about what was not measured', () => {
    expect(judge([summary('kafka-closed', [{ perSecond: 1 }])]).map(({ wanted }) => wanted)).toEqual([
      'at most 95 MB when idle',
      'memory flat and at most 170 MB',
    ]);
  });

  it('report when another process used the core of either side', () => {
    const verdict = (serverShare: number) =>
      judge([
        summary('floor-express', [{ perSecond: 40_000, serverShare }]),
        summary('kafka-closed', [{ perSecond: 20_000 }], floor),
      ])[0]?.disturbed;
    expect(verdict(0.98)).toBe(false);
    expect(verdict(0.7)).toBe(true);
  });
});

describe('a comparison with another checkout', () => {
  it('divides the figures of the same round and tells the spread', () => {
    const ours = [
      { perSecond: 200, p99: 4 },
      { perSecond: 90, p99: 6 },
      { perSecond: 300, p99: 5 },
    ].map(round);
    const theirs = [
      { perSecond: 100, p99: 8 },
      { perSecond: 100, p99: 6 },
      { perSecond: 100, p99: 5 },
    ].map(round);
    const comparison = compareRounds('journal-closed', ours, theirs);
    expect(comparison?.requestsPerSecond).toEqual({ median: 2, lowest: 0.9, highest: 3 });
    expect(comparison?.cpuPerRequest?.median).toBeCloseTo(0.5);
    expect(comparison?.p99).toEqual({ median: 1, lowest: 0.5, highest: 1 });
    expect(comparison?.allocatedPerRequest).toBeNull();
    expect(comparisonLines(comparison === null ? [] : [comparison])[1]).toContain('requests/s 2.00 (0.90..3.00)');
  });

  it('has no figure without a round of both', () => {
    expect(compareRounds('journal-closed', [round({ perSecond: 1 })], [])).toBeNull();
    expect(comparisonLines([])).toEqual([]);
  });

  it('lets each scenario of the service be followed by the same one of the other checkout, floors once', () => {
    const scenarios = withTwins(chooseScenarios(['floor-express', 'journal-closed']));
    expect(scenarios.map((scenario) => [scenario.name, serverKey(scenario)])).toEqual([
      ['floor-express', 'floor-express'],
      ['floor-express-256', 'floor-express'],
      ['journal-closed', 'journal'],
      ['journal-closed@against', 'journal@against'],
    ]);
  });
});
