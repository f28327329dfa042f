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

const ratioAtLeast = (scenario: string, least: number, to: string): Target => ({
  scenario,
  wanted: `at least ${least.toFixed(2)} of ${to}`,
  measure: ({ ratio }) => ratio?.median,
  isMet: (measured) => measured >= least,
  format: (measured) => measured.toFixed(2),
});

const latencyUpTo = (scenario: string, at: 'p50' | 'p99', mostMs: number): Target => ({
  scenario,
  wanted: `${at} up to ${mostMs} ms`,
  measure: ({ latencyMs }) => latencyMs[at],
  // An open loop that dropped or refused requests was not served in time, whatever the rest took.
  isMet: (measured, { otherwise, lost, unanswered }) => measured <= mostMs && otherwise + lost + unanswered === 0,
  format: (measured) => `${measured.toFixed(2)} ms`,
});

const cpuUpTo = (scenario: string, most: number, to: string): Target => ({
  scenario,
  wanted: `at most ${most} times the processor time of ${to}`,
  measure: ({ cpuRatio }) => (cpuRatio === undefined ? undefined : 1 / cpuRatio.median),
  isMet: (measured) => measured <= most,
  format: (measured) => measured.toFixed(2),
});

const idleUpTo = (scenario: string, mostMb: number): Target => ({
  scenario,
  wanted: `at most ${mostMb} MB when idle`,
  measure: ({ idleBytes }) => idleBytes,
  isMet: (bytes) => bytes <= mostMb * MB,
  format: (bytes) => `${Math.round(bytes / MB)} MB`,
});

const flatUpTo = (scenario: string, mostMb: number): Target => ({
  scenario,
  wanted: `memory flat and at most ${mostMb} MB`,
  measure: ({ memory }) => memory?.peakBytes,
  isMet: (peak, { memory }) => peak <= mostMb * MB && memory?.flat !== false,
  format: (peak, { memory }) => `peak ${Math.round(peak / MB)} MB${memory?.flat === false ? ', growing' : ''}`,
});

const TARGETS: readonly Target[] = [
  ratioAtLeast('journal-closed', 0.7, 'Express + raw-body + HMAC'),
  ratioAtLeast('journal-256', 0.7, 'Express + raw-body + HMAC'),
  ratioAtLeast('kafka-closed', 0.7, 'Express + raw-body + HMAC'),
  ratioAtLeast('kafka-256', 0.7, 'Express + raw-body + HMAC'),
  ratioAtLeast('kafka-1000', 0.5, 'the messages/s of kafkajs alone'),
  latencyUpTo('kafka-at-3300', 'p50', 1.5),
  latencyUpTo('kafka-at-3300', 'p99', 6),
  latencyUpTo('journal-at-3300', 'p99', 6),
  latencyUpTo('kafka-at-10000', 'p99', 12),
  ratioAtLeast('look-ups', 0.5, 'a bare Express JSON route'),
  cpuUpTo('forged', 1.15, 'the same on Express + raw-body + HMAC'),
  cpuUpTo('kafka-workers-2', 1.15, 'one worker'),
  idleUpTo('journal-closed', 95),
  idleUpTo('kafka-closed', 95),
  flatUpTo('journal-closed', 170),
  flatUpTo('kafka-closed', 170),
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
  const base = summaries.find(({ name }) => name === summary.over?.scenario);
  return [summary, base].some((side) => (side?.takenByOthers ?? 0) > DISTURBED_ABOVE);
}
