import { WORKLOADS } from '../load/workloads.ts';
import { type Scenario, type ServerKey, serverKey } from '../scenarios.ts';
import { LOADS_ITSELF, measureRound, type RoundResult } from './measure.ts';
import type { Pinning } from './pinning.ts';
import { type Stage, setStage } from './stage.ts';

/**
 * The run: every server started once and warmed up, then rounds in which all scenarios take turns, so that a machine that
 * slows down slows all of them.
 */
export interface BenchmarkOptions {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Of each round. While others have their turn, Node gives memory back and forgets compiled code: that is another figure. */
  readonly leadInSeconds: number;
  readonly seed: number;
  readonly startedAtMs: number;
  /** Settings of the service beside those the scenarios need. */
  readonly settings: Readonly<Record<string, string>>;
  /** A built checkout whose service takes turns with this one's. */
  readonly againstFolder: string | undefined;
}

export interface BenchmarkOutcome {
  /** By scenario, in the order of the rounds; a scenario that failed has fewer. */
  readonly rounds: ReadonlyMap<string, readonly RoundResult[]>;
  readonly idleBytes: ReadonlyMap<ServerKey, number>;
  readonly failures: readonly Failure[];
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
}

export interface Failure {
  readonly scenario: string;
  readonly message: string;
}

const SECRET = 'bench-app-secret';
const VERIFY_TOKEN = 'bench-verify-token';

export async function runBenchmark(
  options: BenchmarkOptions,
  pinning: Pinning,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<BenchmarkOutcome> {
  const { scenarios, startedAtMs, settings, againstFolder } = options;
  const topicPrefix = `bench-${startedAtMs.toString(36)}-${process.pid.toString(36)}`;
  const keys = new Set(scenarios.map(serverKey));
  const stage = await setStage(
    keys,
    { secret: SECRET, verifyToken: VERIFY_TOKEN, topicPrefix, settings, againstFolder },
    pinning,
    signal,
    progress,
  );
  // Without its generator a round under way ends at once.
  const onAbort = (): void => void stage.generator.close();
  signal.addEventListener('abort', onAbort);
  let left: readonly string[] = [];
  const played = await playRounds(options, stage, pinning, signal, progress).finally(async () => {
    signal.removeEventListener('abort', onAbort);
    left = await stage.strike();
  });
  const leftOut = scenarios.flatMap((scenario) => {
    const reason = stage.missing.get(serverKey(scenario));
    return reason === undefined ? [] : [`${scenario.name} is left out: ${reason}`];
  });
  const idleBytes = new Map(
    [...stage.servers].map(([name, server]) => [name, server.idleBytes ?? Number.NaN] as const),
  );
  return { ...played, idleBytes, leftOut, notes: [...stage.notes, ...left] };
}

async function playRounds(
  options: BenchmarkOptions,
  stage: Stage,
  pinning: Pinning,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<Pick<BenchmarkOutcome, 'rounds' | 'failures'>> {
  const rounds = new Map<string, RoundResult[]>();
  const failures: Failure[] = [];
  const drive = createDriver(options, stage, pinning);
  let going = options.scenarios.filter((scenario) => !stage.missing.has(serverKey(scenario)));

  const attempt = async (scenario: Scenario, seconds: number): Promise<RoundResult | undefined> => {
    try {
      return await drive(scenario, seconds);
    } catch (error) {
      signal.throwIfAborted();
      const { message } = error as Error;
      progress(`${scenario.name} failed: ${message.split('\n')[0]}`);
      failures.push({ scenario: scenario.name, message });
      going = going.filter((other) => other !== scenario);
      return undefined;
    }
  };
  for (const scenario of [...going]) {
    progress(`warming up ${scenario.name} (${options.warmUpSeconds} s) ...`);
    await attempt(scenario, options.warmUpSeconds);
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    // There and back again, so that no scenario always follows the same one.
    for (const scenario of round % 2 === 1 ? [...going] : going.toReversed()) {
      if ((await attempt(scenario, options.leadInSeconds)) === undefined) continue;
      const result = await attempt(scenario, options.seconds);
      if (result === undefined) continue;
      rounds.set(scenario.name, [...(rounds.get(scenario.name) ?? []), result]);
      const { p50, p99 } = result.load.latencyMs;
      const figures = `${Math.round(result.updatesPerSecond ?? result.perSecond)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
      progress(`round ${round}/${options.rounds}  ${scenario.name}  ${figures}`);
    }
  }
  return { rounds, failures };
}

/** Requests prepared for a closed loop, over what the server managed so far. */
const HEADROOM = 1.5;
/** A slow warm-up on a busy machine must not shorten the rounds after it: at least so much of the first guess. */
const LEAST_SHARE = 1 / 3;
/** About 0.65 kB each, a thousand updates 150 kB. A round that would need more is shorter, and says so. */
const MAX_PREPARED = 1_000_000;
const MAX_PREPARED_UPDATES = 4_000_000;

/** Prepares requests never sent before in the run, sends them, measures. */
function createDriver(options: BenchmarkOptions, stage: Stage, pinning: Pinning) {
  const fastest = new Map<string, number>();
  const aroundSec = Math.floor(options.startedAtMs / 1000);
  let prepared = 0;
  return async (scenario: Scenario, seconds: number): Promise<RoundResult> => {
    const { workload } = scenario;
    const name = serverKey(scenario);
    const server = stage.servers.get(name);
    if (server === undefined) throw new Error(stage.broken.get(name) ?? `${name} is not running`);
    const { updates, atMostPerSecond } = WORKLOADS[workload];
    const kind = `${name} ${workload}`;
    const known = fastest.get(kind) ?? 0;
    const guess = Math.max(LEAST_SHARE * atMostPerSecond, known || atMostPerSecond) * HEADROOM;
    const most = Math.min(MAX_PREPARED, Math.ceil(MAX_PREPARED_UPDATES / Math.max(1, updates)));
    const count = LOADS_ITSELF.has(scenario.server)
      ? 0
      : Math.min(most, Math.ceil((scenario.perSecond ?? guess) * seconds));
    await stage.generator.prepare({
      workload,
      seed: options.seed,
      first: prepared,
      count,
      aroundSec,
      secret: SECRET,
      verifyToken: VERIFY_TOKEN,
    });
    prepared += count;
    try {
      const result = await measureRound(scenario, seconds * 1000, server, stage.generator, pinning);
      if (scenario.perSecond === undefined) fastest.set(kind, Math.max(known, result.perSecond));
      return result;
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${server.lastWords()}`.trimEnd(), { cause: error });
    }
  };
}
