import type { LatencySummary } from '../load/latency.ts';
import { WORKLOADS, type Workload } from '../load/workloads.ts';
import type { RoundResult } from '../run/measure.ts';
import type { Scenario } from '../scenarios.ts';

/** Medians over the rounds, with the lowest and highest round beside them. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface ScenarioSummary {
  readonly name: string;
  readonly about: string;
  readonly perSecond: Spread;
  readonly updatesPerSecond?: Spread;
  /** Which scenario the ratios below refer to, and in what. */
  readonly over?: Scenario['over'];
  /** To that scenario's figure of the same round. */
  readonly ratio?: Spread;
  /** Medians of the rounds' percentiles; `max` is the highest of all rounds. */
  readonly latencyMs: Omit<LatencySummary, 'count'>;
  /** How late an open loop's generator sent, p99. */
  readonly sentLateP99Ms?: number;
  readonly serverCpuUsPerRequest?: Spread;
  /** That scenario's processor time per request over this one's, of the same round: the ratio a disturbed machine still tells. */
  readonly cpuRatio?: Spread;
  readonly allocatedBytesPerRequest?: Spread;
  readonly recordsPerWrite?: Spread;
  readonly writesPerRequest?: Spread;
  readonly generatorCpuUsPerRequest: number;
  /** Share of the server's core that others took: above a tenth the figures are of a disturbed machine. */
  readonly takenByOthers?: number;
  readonly memory?: MemorySummary;
  /** Of the server when it was ready and had not been asked anything. */
  readonly idleBytes?: number;
  readonly serverCoreBusy?: number;
  readonly otherCoresBusy?: number;
  readonly answered: number;
  /** Answered with another status than the workload should get. */
  readonly otherwise: number;
  readonly lost: number;
  readonly unanswered: number;
  readonly ranOut: boolean;
}

export interface MemorySummary {
  readonly firstBytes: number;
  readonly peakBytes: number;
  readonly lastBytes: number;
  /** The last round's peak is at most a tenth above the first round's; absent after one round. */
  readonly flat?: boolean;
}

const FLAT_GROWTH = 1.1;

export interface SummaryContext {
  /** The rounds of the scenario that the ratios refer to. */
  readonly base: readonly RoundResult[] | undefined;
  readonly idleBytes: number | undefined;
}

export function summarise(
  scenario: Scenario,
  results: readonly RoundResult[],
  { base, idleBytes }: SummaryContext,
): ScenarioSummary {
  const { answer }: Workload = WORKLOADS[scenario.workload];
  const loads = results.map(({ load }) => load);
  const latencies = loads.map(({ latencyMs }) => latencyMs);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const { over } = scenario;
  const pairs = results.flatMap((result, round) => {
    const floor = base?.[round];
    return floor === undefined || over === undefined ? [] : [{ result, floor }];
  });
  const ratios = defined(
    pairs.map(({ result, floor }) =>
      over?.by === 'updates'
        ? quotient(result.updatesPerSecond, floor.updatesPerSecond)
        : result.perSecond / floor.perSecond,
    ),
  );
  const cpuRatios = defined(
    pairs.map(({ result, floor }) => quotient(floor.serverCpuUsPerRequest, result.serverCpuUsPerRequest)),
  );
  const taken = defined(
    results.map(({ serverCoreBusy, serverShare }) =>
      serverCoreBusy === undefined || serverShare === undefined ? undefined : Math.max(0, serverCoreBusy - serverShare),
    ),
  );
  const cpu = defined(results.map((result) => result.serverCpuUsPerRequest));
  const late = defined(loads.map(({ sentLateMs }) => sentLateMs?.p99));
  const serverCore = defined(results.map((result) => result.serverCoreBusy));
  const otherCores = defined(results.map((result) => result.otherCoresBusy));
  const memory = summariseMemory(defined(results.map((result) => result.residentBytes)));
  const answered = sum(loads.map((load) => load.answered));
  return {
    name: scenario.name,
    about: scenario.about,
    perSecond: spread(results.map(({ perSecond }) => perSecond)),
    ...someSpread('updatesPerSecond', defined(results.map((result) => result.updatesPerSecond))),
    ...(over === undefined ? {} : { over }),
    ...someSpread('ratio', ratios),
    latencyMs: {
      p50: median(latencies.map(({ p50 }) => p50)),
      p90: median(latencies.map(({ p90 }) => p90)),
      p99: median(latencies.map(({ p99 }) => p99)),
      p999: median(latencies.map(({ p999 }) => p999)),
      max: Math.max(...latencies.map(({ max }) => max)),
    },
    ...(late.length === 0 ? {} : { sentLateP99Ms: median(late) }),
    ...someSpread('serverCpuUsPerRequest', cpu),
    ...someSpread('cpuRatio', over?.by === 'updates' ? [] : cpuRatios),
    ...someSpread('allocatedBytesPerRequest', defined(results.map((result) => result.allocatedBytesPerRequest))),
    ...someSpread('recordsPerWrite', defined(results.map(({ writes }) => writes?.recordsPerWrite))),
    ...someSpread('writesPerRequest', defined(results.map(({ writes }) => writes?.perRequest))),
    ...(taken.length === 0 ? {} : { takenByOthers: Math.max(...taken) }),
    generatorCpuUsPerRequest: median(results.map((result) => result.generatorCpuUsPerRequest)),
    ...(memory === undefined ? {} : { memory }),
    ...(idleBytes === undefined ? {} : { idleBytes }),
    ...(serverCore.length === 0 ? {} : { serverCoreBusy: median(serverCore) }),
    ...(otherCores.length === 0 ? {} : { otherCoresBusy: median(otherCores) }),
    answered,
    otherwise: answered - sum(loads.map(({ statuses }) => statuses[answer] ?? 0)),
    lost: sum(loads.map(({ lost }) => lost)),
    unanswered: sum(loads.map(({ unanswered }) => unanswered)),
    ranOut: loads.some(({ ranOut }) => ranOut),
  };
}

type Resident = NonNullable<RoundResult['residentBytes']>;

function summariseMemory(rounds: readonly Resident[]): MemorySummary | undefined {
  const [first] = rounds;
  const last = rounds.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    firstBytes: first.first,
    peakBytes: Math.max(...rounds.map(({ peak }) => peak)),
    lastBytes: last.last,
    ...(rounds.length < 2 ? {} : { flat: last.peak <= first.peak * FLAT_GROWTH }),
  };
}

function someSpread<Name extends string>(name: Name, numbers: readonly number[]): { readonly [Key in Name]?: Spread } {
  return numbers.length === 0 ? {} : ({ [name]: spread(numbers) } as Record<Name, Spread>);
}

export function spread(numbers: readonly number[]): Spread {
  return { median: median(numbers), lowest: Math.min(...numbers), highest: Math.max(...numbers) };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

function quotient(over: number | undefined, under: number | undefined): number | undefined {
  return over === undefined || under === undefined ? undefined : over / under;
}

function defined<Value>(values: readonly (Value | undefined)[]): readonly Value[] {
  return values.filter((value) => value !== undefined);
}
