import { RATIO_BASE } from '../scenarios.ts';
import type { ScenarioSummary } from './summary.ts';

/**
 * What a run is held against. A target is shown as met or not met and never changes the exit status: a busy machine is not a
 * defect of the code.
 */
interface Target {
  readonly scenario: string;
  readonly wanted: string;
  readonly measure: (summary: ScenarioSummary) => number | undefined;
  readonly isMet: (measured: number, summary: ScenarioSummary) => boolean;
  readonly format: (measured: number, summary: ScenarioSummary) => string;
}

export interface TargetVerdict {
  readonly scenario: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
  /** Others took so much of the server's core that the verdict says little. */
  readonly disturbed: boolean;
}

const MB = 1_000_000;

const ratioAtLeast = (scenario: string, least: number): Target => ({
  scenario,
  wanted: `at least ${least.toFixed(2)} of the bare floor`,
  measure: ({ ratio }) => ratio?.median,
  isMet: (measured) => measured >= least,
  format: (measured) => measured.toFixed(2),
});

const p99Under = (scenario: string, mostMs: number): Target => ({
  scenario,
  wanted: `p99 under ${mostMs} ms`,
  measure: ({ latencyMs }) => latencyMs.p99,
  // An open loop that dropped or refused requests was not served in time, whatever the rest took.
  isMet: (measured, { not200, lost, unanswered }) => measured < mostMs && not200 + lost + unanswered === 0,
  format: (measured) => `${measured.toFixed(2)} ms`,
});

const flatUnder = (scenario: string, mostMb: number): Target => ({
  scenario,
  wanted: `memory flat and under ${mostMb} MB`,
  measure: ({ memory }) => memory?.peakBytes,
  isMet: (peak, { memory }) => peak < mostMb * MB && memory?.flat !== false,
  format: (peak, { memory }) => `peak ${Math.round(peak / MB)} MB${memory?.flat === false ? ', growing' : ''}`,
});

const TARGETS: readonly Target[] = [
  ratioAtLeast('journal-closed', 0.4),
  ratioAtLeast('kafka-closed', 0.33),
  p99Under('kafka-open', 25),
  flatUnder('journal-closed', 256),
  flatUnder('kafka-closed', 256),
];

/** One verdict for each target that the run has measured. */
export function judge(summaries: readonly ScenarioSummary[]): readonly TargetVerdict[] {
  return TARGETS.flatMap(({ scenario, wanted, measure, isMet, format }) => {
    const summary = summaries.find(({ name }) => name === scenario);
    const measured = summary && measure(summary);
    if (summary === undefined || measured === undefined) return [];
    return [
      {
        scenario,
        wanted,
        measured: format(measured, summary),
        met: isMet(measured, summary),
        disturbed: isDisturbed(summary, summaries),
      },
    ];
  });
}

export const DISTURBED_ABOVE = 0.1;

/** A ratio is disturbed when either side of it was. */
function isDisturbed(summary: ScenarioSummary, summaries: readonly ScenarioSummary[]): boolean {
  const base = summaries.find(({ name }) => name === RATIO_BASE);
  return [summary, base].some((side) => (side?.takenByOthers ?? 0) > DISTURBED_ABOVE);
}
