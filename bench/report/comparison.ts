import type { RoundResult } from '../run/measure.ts';
import { type Spread, spread } from './summary.ts';

/** This checkout's figures over those of the other one, round by round. Below 1 is better, but for requests/s. */
export interface Comparison {
  readonly scenario: string;
  readonly requestsPerSecond: Spread;
  readonly cpuPerRequest: Spread | null;
  readonly allocatedPerRequest: Spread | null;
  readonly p99: Spread;
}

/** @returns null without a round that both took part in */
export function compareRounds(
  scenario: string,
  ours: readonly RoundResult[],
  theirs: readonly RoundResult[],
): Comparison | null {
  const pairs = ours.slice(0, theirs.length).map((our, round) => ({ our, their: theirs[round] as RoundResult }));
  if (pairs.length === 0) return null;
  const ratio = (figure: (round: RoundResult) => number | undefined): Spread | null => {
    const ratios = pairs.flatMap(({ our, their }) => {
      const [above, below] = [figure(our), figure(their)];
      return above === undefined || !below ? [] : [above / below];
    });
    return ratios.length === 0 ? null : spread(ratios);
  };
  return {
    scenario,
    requestsPerSecond: ratio(({ perSecond }) => perSecond) ?? spread([Number.NaN]),
    cpuPerRequest: ratio(({ serverCpuUsPerRequest }) => serverCpuUsPerRequest),
    allocatedPerRequest: ratio(({ allocatedBytesPerRequest }) => allocatedBytesPerRequest),
    p99: ratio(({ load }) => load.latencyMs.p99) ?? spread([Number.NaN]),
  };
}

export function comparisonLines(comparisons: readonly Comparison[]): readonly string[] {
  if (comparisons.length === 0) return [];
  const show = (one: Spread | null): string =>
    one === null ? '-' : `${one.median.toFixed(2)} (${one.lowest.toFixed(2)}..${one.highest.toFixed(2)})`;
  return [
    'This checkout over the other one, of the same rounds: median (lowest..highest)',
    ...comparisons.map(
      ({ scenario, requestsPerSecond, cpuPerRequest, allocatedPerRequest, p99 }) =>
        `${scenario.padEnd(18)} requests/s ${show(requestsPerSecond)}  processor/request ${show(cpuPerRequest)}  allocated/request ${show(allocatedPerRequest)}  p99 ${show(p99)}`,
    ),
  ];
}
