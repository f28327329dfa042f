import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Generator, startGenerator } from '../load/generator.ts';
import type { Scenario, ServerName } from '../scenarios.ts';
import { type BenchKafka, findKafka } from './kafka.ts';
import { measureRound, type RoundResult } from './measure.ts';
import type { Pinning } from './pinning.ts';
import { type RunningServer, startServer } from './servers.ts';

/**
 * The run: every server started once and warmed up, then rounds in which all scenarios take turns, so that a machine that
 * slows down slows all of them.
 */
export interface BenchmarkOptions {
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly seed: number;
  readonly startedAtMs: number;
  /** Settings of the service beside those the scenarios need. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface BenchmarkOutcome {
  /** By scenario, in the order of the rounds; a scenario that failed has fewer. */
  readonly rounds: ReadonlyMap<string, readonly RoundResult[]>;
  readonly failures: readonly Failure[];
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
}

export interface Failure {
  readonly scenario: string;
  readonly message: string;
}

const SECRET = 'bench-app-secret';
/** Requests prepared for a closed loop, over what the server managed so far. */
const HEADROOM = 1.5;
const FIRST_GUESS_PER_SECOND = 60_000;
/** About 0.65 kB each. A round that would need more is shorter, and says so. */
const MAX_PREPARED = 1_000_000;

export async function runBenchmark(
  options: BenchmarkOptions,
  pinning: Pinning,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<BenchmarkOutcome> {
  const rounds = new Map<string, RoundResult[]>();
  const failures: Failure[] = [];
  const leftOut: string[] = [];
  const notes: string[] = [];
  const servers = new Map<ServerName, RunningServer>();
  const fastest = new Map<ServerName, number>();
  const dataDir = await mkdtemp(join(tmpdir(), 'hubcast-bench-'));
  const topicPrefix = `bench-${options.startedAtMs.toString(36)}-${process.pid.toString(36)}`;
  let kafka: BenchKafka | undefined;
  let generator: Generator | undefined;
  let sent = 0;

  const settingsOf = (name: ServerName): Record<string, string> => {
    const own = name === 'kafka' && kafka?.there ? kafka.settings : {};
    const service = name === 'kafka' || name === 'journal' ? options.settings : {};
    return { META_APP_SECRET: SECRET, META_VERIFY_TOKEN: 'bench-verify-token', DATA_DIR: dataDir, ...own, ...service };
  };
  const drive = async (scenario: Scenario, seconds: number): Promise<RoundResult> => {
    const server = servers.get(scenario.server);
    if (server === undefined || generator === undefined) throw new Error('its server is not running');
    const perSecond = scenario.perSecond ?? (fastest.get(scenario.server) ?? FIRST_GUESS_PER_SECOND) * HEADROOM;
    const count = Math.min(MAX_PREPARED, Math.ceil(perSecond * seconds));
    const aroundSec = Math.floor(options.startedAtMs / 1000);
    const { workload } = scenario;
    await generator.prepare({ workload, seed: options.seed, first: sent, count, aroundSec, secret: SECRET });
    sent += count;
    const result = await measureRound(scenario, seconds * 1000, server, generator, pinning);
    if (scenario.perSecond === undefined) {
      fastest.set(scenario.server, Math.max(fastest.get(scenario.server) ?? 0, result.perSecond));
    }
    return result;
  };
  let going = [...options.scenarios];
  const fail = (isMeant: (scenario: Scenario) => boolean, error: unknown): void => {
    signal.throwIfAborted();
    const scenarios = going.filter(isMeant);
    const lastWords = scenarios.map(({ server }) => servers.get(server)?.lastWords() ?? '');
    const message = [(error as Error).message, lastWords[0] ?? ''].filter((part) => part !== '').join('\n');
    const names = scenarios.map(({ name }) => name).join(', ');
    progress(`${names} failed: ${message.split('\n')[0]}`);
    failures.push({ scenario: names, message });
    going = going.filter((scenario) => !isMeant(scenario));
  };

  const stopAll = async (): Promise<void> => {
    await generator?.close();
    await Promise.all([...servers.values()].map((server) => server.stop()));
    const left = kafka?.there ? await kafka.close() : undefined;
    if (left !== undefined) notes.push(left);
    await rm(dataDir, { recursive: true, force: true });
  };
  // A round under way ends by itself when the generator is gone.
  const onAbort = (): void => void generator?.close();
  signal.addEventListener('abort', onAbort);

  try {
    if (going.some(({ server }) => server === 'kafka')) {
      progress('looking for a Kafka ...');
      kafka = await findKafka(topicPrefix);
      signal.throwIfAborted();
      if (kafka.there) notes.push(`Kafka: ${kafka.about}.`);
      else {
        for (const { name } of going.filter(({ server }) => server === 'kafka')) {
          leftOut.push(`${name} is left out: ${kafka.why}`);
        }
        going = going.filter(({ server }) => server !== 'kafka');
      }
    }
    generator = startGenerator();
    for (const name of new Set(going.map(({ server }) => server))) {
      progress(`starting ${name} ...`);
      try {
        servers.set(name, await startServer(name, settingsOf(name), pinning, signal));
      } catch (error) {
        fail((scenario) => scenario.server === name, error);
      }
    }
    for (const scenario of [...going]) {
      progress(`warming up ${scenario.name} (${options.warmUpSeconds} s) ...`);
      try {
        await drive(scenario, options.warmUpSeconds);
      } catch (error) {
        fail((other) => other === scenario, error);
      }
    }
    for (let round = 1; round <= options.rounds; round += 1) {
      // There and back again, so that no scenario always follows the same one.
      for (const scenario of round % 2 === 1 ? [...going] : going.toReversed()) {
        try {
          const result = await drive(scenario, options.seconds);
          rounds.set(scenario.name, [...(rounds.get(scenario.name) ?? []), result]);
          progress(`round ${round}/${options.rounds}  ${scenario.name}  ${describe(result)}`);
        } catch (error) {
          fail((other) => other === scenario, error);
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await stopAll();
  }
  return { rounds, failures, leftOut, notes };
}

function describe({ perSecond, load }: RoundResult): string {
  const { p50, p99 } = load.latencyMs;
  return `${Math.round(perSecond)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}
