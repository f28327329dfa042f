/**
 * Whether Kafka accepts writes now. Ready means: a broker answers, every planned topic is usable, every partition has a
 * reachable leader, and each partition with a recent failed write has had a confirmed write since.
 */
import { within } from '../../core/time-out.ts';
import type { Readiness } from '../store.ts';
import type { Cluster } from './cluster.ts';
import type { TopicState } from './ensure-topics.ts';
import type { Leaders } from './leaders.ts';
import { leaderlessText, type PartitionWriter } from './writer.ts';

export interface KafkaReadinessOptions {
  readonly cluster: Cluster;
  readonly leaders: Leaders;
  readonly writer: PartitionWriter;
  /** Names of the topics to write. */
  readonly topics: readonly string[];
  readonly moreWarnings: () => readonly string[];
  readonly now: () => number;
}

const TIMEOUT_MS = 1_000;
const KEPT_MS = 500;
/** For this long after a confirmed write the check does not query the cluster. */
const RECENT_WRITE_MS = 1_000;
/** Without traffic no write can show that a problem is over. After this time the next write tries. */
const TROUBLE_SHOWN_MS = 5_000;
/** Covers Meta's first retries, which follow within minutes. */
const DENIAL_SHOWN_MS = 5 * 60_000;
const MOST_REASONS = 3;

export function createReadiness(options: KafkaReadinessOptions): () => Promise<Readiness> {
  const { cluster, leaders, writer, topics, moreWarnings, now } = options;
  let last: { readonly atMs: number; readonly answer: Promise<Readiness> } | undefined;

  async function examine(): Promise<Readiness> {
    const startedMs = now();
    const isRecent = startedMs - writer.storedMs < RECENT_WRITE_MS && cluster.failing() === undefined;
    if (!isRecent) {
      const lookUp = cluster.lookUp().then(() => leaders.reach(topics));
      const unreachable = await within(lookUp, TIMEOUT_MS, () => undefined);
      const failing = cluster.failing();
      if (failing !== undefined) return { ready: false, reason: failing };
      if (unreachable === undefined && cluster.checkedMs < startedMs) {
        return { ready: false, reason: `${cluster.name} does not answer within ${TIMEOUT_MS} ms.` };
      }
      if (unreachable !== undefined && unreachable.length > 0) return { ready: false, reason: unreachable.join(' ') };
    }
    const states = topics.flatMap((topic) => cluster.topics.get(topic) ?? []);
    const denials = deniedTopics(states);
    const problems = [
      ...states.flatMap(problemsOf),
      ...writer.troubles(now() - TROUBLE_SHOWN_MS).map(({ message }) => message),
      ...(isAllDenied(states) ? [...denials.values()] : []),
    ];
    if (problems.length > 0) return { ready: false, reason: summaryOf(problems) };
    const ofTopics = states.flatMap(({ warnings }) => warnings);
    return { ready: true, warnings: [...denials.values(), ...ofTopics, ...moreWarnings()] };
  }

  /** Topics without permission to write, which only a write attempt reveals, or without permission to describe. */
  function deniedTopics(states: readonly TopicState[]): ReadonlyMap<string, string> {
    for (const [topic, { atMs }] of writer.denied) if (now() - atMs > DENIAL_SHOWN_MS) writer.denied.delete(topic);
    const denials = new Map([...writer.denied].map(([topic, { reason }]) => [topic, reason]));
    for (const { name, isDenied, problem } of states) if (isDenied && problem !== undefined) denials.set(name, problem);
    return denials;
  }

  /** One refused topic gives a warning: if the service were not ready, requests for the other topics would fail too. */
  function isAllDenied(states: readonly TopicState[]): boolean {
    if (states.length > 0 && states.every(({ isDenied }) => isDenied)) return true;
    const lately = [...writer.denied.values()].filter(({ atMs }) => now() - atMs < TROUBLE_SHOWN_MS);
    return lately.length > 1 && lately.every(({ atMs }) => atMs > writer.storedMs);
  }

  return () => {
    if (last === undefined || now() - last.atMs >= KEPT_MS) last = { atMs: now(), answer: examine() };
    return last.answer;
  };
}

function problemsOf({ name, problem, isDenied, leaders }: TopicState): readonly string[] {
  if (problem !== undefined) return isDenied ? [] : [problem];
  return leaders.flatMap((leader, partition) => (leader < 0 ? leaderlessText(name, partition) : []));
}

function summaryOf(problems: readonly string[]): string {
  const different = [...new Set(problems)];
  const more = different.length - MOST_REASONS;
  return [...different.slice(0, MOST_REASONS), ...(more > 0 ? [`(${more} more partitions or topics.)`] : [])].join(' ');
}
