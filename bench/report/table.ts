import type { Failure } from '../run/benchmark.ts';
import { type Comparison, comparisonLines } from './comparison.ts';
import { type Machine, machineLines } from './machine.ts';
import type { ScenarioSummary } from './summary.ts';
import { DISTURBED_ABOVE, type TargetVerdict } from './targets.ts';

/** What the JSON file holds, beside the rounds themselves. */
export interface Report {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly options: {
    readonly rounds: number;
    readonly seconds: number;
    readonly leadIn: number;
    readonly seed: number;
  };
  readonly scenarios: readonly ScenarioSummary[];
  readonly targets: readonly TargetVerdict[];
  /** With `--against`. */
  readonly comparisons: readonly Comparison[];
  readonly failures: readonly Failure[];
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
}

type Column = readonly [title: string, cell: (summary: ScenarioSummary) => string];

const whole = (number: number): string => Math.round(number).toLocaleString('en-US');
const ms = (number: number): string => number.toFixed(2);
const mb = (bytes: number): string => Math.round(bytes / 1e6).toString();
const percent = (share: number | undefined): string => (share === undefined ? '-' : `${Math.round(share * 100)}%`);

const SPEED: readonly Column[] = [
  ['scenario', ({ name }) => name],
  ['requests/s', ({ perSecond }) => whole(perSecond.median)],
  ['(rounds)', ({ perSecond }) => `${whole(perSecond.lowest)}..${whole(perSecond.highest)}`],
  ['updates/s', ({ updatesPerSecond }) => (updatesPerSecond ? whole(updatesPerSecond.median) : '-')],
  ['ratio', ({ ratio }) => ratio?.median.toFixed(2) ?? '-'],
  ['(rounds)', ({ ratio }) => (ratio ? `${ratio.lowest.toFixed(2)}..${ratio.highest.toFixed(2)}` : '-')],
  ['p50 ms', ({ latencyMs }) => ms(latencyMs.p50)],
  ['p90', ({ latencyMs }) => ms(latencyMs.p90)],
  ['p99', ({ latencyMs }) => ms(latencyMs.p99)],
  ['p99.9', ({ latencyMs }) => ms(latencyMs.p999)],
  ['max', ({ latencyMs }) => ms(latencyMs.max)],
  ['ratio is to', ({ over }) => (over === undefined ? '-' : `${over.scenario}, ${over.by}`)],
];

const COST: readonly Column[] = [
  ['scenario', ({ name }) => name],
  ['cpu us/req', ({ serverCpuUsPerRequest }) => serverCpuUsPerRequest?.median.toFixed(1) ?? '-'],
  ['ratio', ({ cpuRatio }) => cpuRatio?.median.toFixed(2) ?? '-'],
  ['kB alloc/req', ({ allocatedBytesPerRequest: bytes }) => (bytes ? (bytes.median / 1000).toFixed(1) : '-')],
  ['records/write', ({ recordsPerWrite }) => recordsPerWrite?.median.toFixed(1) ?? '-'],
  ['requests/write', ({ writesPerRequest }) => (writesPerRequest ? (1 / writesPerRequest.median).toFixed(1) : '-')],
  ['server core', ({ serverCoreBusy }) => percent(serverCoreBusy)],
  ['others', ({ otherCoresBusy }) => percent(otherCoresBusy)],
  ['MB idle', ({ idleBytes }) => (idleBytes === undefined ? '-' : mb(idleBytes))],
  ['first', ({ memory }) => (memory ? mb(memory.firstBytes) : '-')],
  ['peak', ({ memory }) => (memory ? mb(memory.peakBytes) : '-')],
  ['last', ({ memory }) => (memory ? mb(memory.lastBytes) : '-')],
  ['flat', ({ memory }) => (memory?.flat === undefined ? '-' : memory.flat ? 'yes' : 'NO')],
  ['refused', ({ otherwise }) => whole(otherwise)],
  ['lost', ({ lost }) => whole(lost)],
  ['unanswered', ({ unanswered }) => whole(unanswered)],
];

export function renderReport(report: Report): string {
  const { scenarios, options, targets } = report;
  const blocks = [
    machineLines(report.machine),
    [
      `${options.rounds} interleaved rounds of ${options.seconds} s after ${options.leadIn} s that are not counted, seed ${options.seed}; medians, (lowest..highest round)`,
    ],
    renderTable(SPEED, scenarios),
    renderTable(COST, scenarios),
    comparisonLines(report.comparisons),
    targets.map(targetLine),
    [...generatorLines(scenarios), ...report.notes, ...report.leftOut],
    report.failures.map(({ scenario, message }) => `FAILED ${scenario}: ${message}`),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function targetLine({ scenario, wanted, measured, met, disturbed }: TargetVerdict): string {
  const verdict = met ? 'met    ' : 'NOT MET';
  return `${verdict} ${scenario}: ${wanted}: ${measured}${disturbed ? ' (disturbed machine, see below)' : ''}`;
}

function generatorLines(scenarios: readonly ScenarioSummary[]): readonly string[] {
  const closed = scenarios.filter(({ sentLateP99Ms }) => sentLateP99Ms === undefined);
  // A server that makes its own load costs the generator nothing.
  const costs = closed.map(({ generatorCpuUsPerRequest }) => generatorCpuUsPerRequest).filter((cost) => cost > 0);
  const ceiling =
    costs.length === 0
      ? []
      : [
          `The load generator spends ${Math.min(...costs).toFixed(1)} us of a core per request: it can do about ${whole(1e6 / Math.min(...costs))}/s.`,
        ];
  const late = scenarios.flatMap(({ name, sentLateP99Ms }) =>
    sentLateP99Ms === undefined
      ? []
      : [
          `${name}: 99 % of the requests went out within ${ms(sentLateP99Ms)} ms of their time; the delay is in the latency.`,
        ],
  );
  const short = scenarios.flatMap(({ name, ranOut }) =>
    ranOut ? [`${name}: a round ended early, all prepared requests were sent.`] : [],
  );
  const taken = scenarios.filter(({ takenByOthers = 0 }) => takenByOthers > DISTURBED_ABOVE);
  const shares = taken.map(({ name, takenByOthers }) => `${name} ${percent(takenByOthers)}`).join(', ');
  const disturbed =
    taken.length === 0
      ? []
      : [`DISTURBED: in a round others took part of the server's core (${shares}). Run it again on a quiet machine.`];
  return [...ceiling, ...late, ...short, ...disturbed];
}

function renderTable(columns: readonly Column[], scenarios: readonly ScenarioSummary[]): readonly string[] {
  if (scenarios.length === 0) return [];
  const rows = [
    columns.map(([title]) => title),
    ...scenarios.map((summary) => columns.map(([, cell]) => cell(summary))),
  ];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
