/** Looks up the topics we write, creates those that are missing where that is allowed, and never alters one. */
import { pause } from '../../core/time-out.ts';
import { topicConfigs } from '../../records/compare-topics.ts';
import type { TopicPlan } from '../../records/topics.ts';
import { describeKafkaError, retryDecisionFor } from './errors.ts';
import { locate, type Position } from './positions.ts';
import { kafkaError, type Wire } from './wire.ts';
import type { TopicMetadata } from './wire-messages.ts';

export interface TopicSettings {
  readonly plans: ReadonlyMap<string, TopicPlan>;
  readonly createTopics: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly maxMessageBytes: number;
}

/** What writing to a topic needs to know. */
export interface TopicState {
  readonly name: string;
  readonly partitionCount: number;
  /** The largest batch the broker takes: the topic's max.message.bytes. */
  readonly maxBatchBytes: number;
  /** Why nothing can be written to it now. */
  readonly problem?: string;
  /** The problem may pass by itself within moments, such as an election; else an operator has to mend something. */
  readonly passing?: boolean;
  readonly warnings: readonly string[];
}

export type TopicStates = ReadonlyMap<string, TopicState>;

/** Kafka's default, assumed where we may not ask. */
export const DEFAULT_MAX_BATCH_BYTES = 1024 * 1024;

const UNKNOWN_TOPIC = 3;
const TOPIC_ALREADY_EXISTS = 36;
const SERVED_POLL_MS = 50;
const CONFIGS = ['max.message.bytes', 'cleanup.policy', 'min.insync.replicas'];

export async function checkTopics(
  wire: Wire,
  names: readonly string[],
  settings: TopicSettings,
  timeoutMs: number,
): Promise<TopicStates> {
  if (names.length === 0) return new Map();
  let metadata = await topicMetadata(wire, names);
  const failed = new Map<string, TopicState>();
  if (settings.createTopics) {
    const missing = names.filter((name) => metadata.get(name)?.topicErrorCode === UNKNOWN_TOPIC);
    const planned = missing.flatMap((name) => settings.plans.get(name) ?? []);
    if (planned.length > 0) {
      for (const state of await createTopics(wire, planned, settings, timeoutMs)) failed.set(state.name, state);
      const created = planned.map(({ name }) => name).filter((name) => !failed.has(name));
      await untilServed(wire, created, timeoutMs);
      metadata = await topicMetadata(wire, names);
    }
  }
  const there = names.filter((name) => metadata.get(name)?.topicErrorCode === 0);
  const configs = await readConfigs(wire, there);
  return new Map(
    names.map((name) => [
      name,
      failed.get(name) ?? toState(name, metadata.get(name), configs.get(name) ?? new Map(), settings),
    ]),
  );
}

async function topicMetadata(wire: Wire, names: readonly string[]): Promise<Map<string, TopicMetadata>> {
  const answer = await wire.metadata(names);
  return new Map(answer.topicMetadata.map((topic) => [topic.topic, topic]));
}

/**
 * A topic just created is known at once, but its partitions are served only moments later. Writing meanwhile stores some
 * of them and fails for others, and the next attempt stores the former twice.
 */
async function untilServed(wire: Wire, names: readonly string[], timeoutMs: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += SERVED_POLL_MS) {
    try {
      const positions = new Map<string, Position>();
      await locate(wire, names, 'end', positions);
      const served = new Set([...positions.values()].map(({ topic }) => topic));
      if (served.size === names.length) return;
    } catch (error) {
      if (retryDecisionFor(error) === 'settings') return;
    }
    await pause(SERVED_POLL_MS);
  }
}

/** @returns those that could not be created, with the reason */
export async function createTopics(
  wire: Wire,
  plans: readonly TopicPlan[],
  settings: TopicSettings,
  timeoutMs: number,
): Promise<TopicState[]> {
  const { topicErrors } = await wire.createTopics(
    plans.map((plan) => ({
      topic: plan.name,
      numPartitions: settings.partitions,
      replicationFactor: settings.replicationFactor,
      configEntries: Object.entries(topicConfigs(plan, settings.maxMessageBytes)).map(([name, value]) => ({
        name,
        value,
      })),
    })),
    timeoutMs,
  );
  return topicErrors.flatMap(({ topic, errorCode, errorMessage }) => {
    if (errorCode === 0 || errorCode === TOPIC_ALREADY_EXISTS) return [];
    const error = kafkaError(errorCode);
    const reason = `Topic ${topic} is missing and cannot be created with ${settings.partitions} partitions and replication factor ${settings.replicationFactor}: ${errorMessage ?? ''} (${describeKafkaError(error)})`;
    return [{ ...unusable(topic, reason), passing: retryDecisionFor(error) === 'passing' }];
  });
}

/** Without the right to describe configurations the limits stay unknown; writing does not need it. */
async function readConfigs(
  wire: Wire,
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string | null>>> {
  if (names.length === 0) return new Map();
  const { resources } = await wire.describeTopics(names, CONFIGS);
  return new Map(
    resources
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
  );
}

function toState(
  name: string,
  metadata: TopicMetadata | undefined,
  configs: ReadonlyMap<string, string | null>,
  settings: TopicSettings,
): TopicState {
  const code = metadata?.topicErrorCode ?? UNKNOWN_TOPIC;
  if (metadata === undefined || code === UNKNOWN_TOPIC) {
    if (!settings.createTopics)
      return unusable(name, `Topic ${name} does not exist. Create it, or set KAFKA_CREATE_TOPICS=on.`);
    if (!settings.plans.has(name))
      return unusable(name, `Topic ${name} does not exist and was not planned at start. Create it.`);
    // Brokers learn of a creation or a deletion a moment after the controller.
    return { ...unusable(name, `Topic ${name} is being created.`), passing: true };
  }
  if (code !== 0) {
    const error = kafkaError(code);
    return {
      ...unusable(name, `Topic ${name} cannot be used: ${describeKafkaError(error)}`),
      passing: retryDecisionFor(error) === 'passing',
    };
  }
  const maxBatchBytes = Number(configs.get('max.message.bytes') ?? DEFAULT_MAX_BATCH_BYTES);
  const state = {
    name,
    partitionCount: metadata.partitionMetadata.length,
    maxBatchBytes,
    warnings: warningsFor(name, maxBatchBytes, configs, settings),
  };
  const problem = partitionProblem(name, metadata, Number(configs.get('min.insync.replicas') ?? 1));
  return problem === undefined ? state : { ...state, problem, passing: true };
}

function partitionProblem(name: string, { partitionMetadata }: TopicMetadata, minInSync: number): string | undefined {
  for (const { partitionId, leader, isr } of partitionMetadata) {
    if (leader < 0) return `Partition ${partitionId} of topic ${name} has no leader: its brokers are down.`;
    if (isr.length < minInSync) {
      return `Partition ${partitionId} of topic ${name} has ${isr.length} in-sync replicas, and min.insync.replicas asks for ${minInSync}.`;
    }
  }
  return undefined;
}

function warningsFor(
  name: string,
  maxBatchBytes: number,
  configs: ReadonlyMap<string, string | null>,
  { maxMessageBytes, plans }: TopicSettings,
): string[] {
  const warnings: string[] = [];
  if (configs.size === 0) {
    warnings.push(
      `max.message.bytes of topic ${name} is unknown: the right DescribeConfigs is missing. 1 MiB is assumed.`,
    );
  } else if (maxBatchBytes < maxMessageBytes) {
    warnings.push(
      `Topic ${name} takes up to ${maxBatchBytes} bytes (max.message.bytes): larger events are stored as dead-letter chunks. Set it to ${maxMessageBytes}.`,
    );
  }
  const policy = configs.get('cleanup.policy');
  const plan = plans.get(name);
  if (plan !== undefined && policy && policy.includes('compact') !== plan.compacted) {
    warnings.push(
      `Topic ${name} has cleanup.policy=${policy}; expected ${plan.compacted ? 'compact' : 'delete'}, as ${plan.compacted ? 'current state has to be kept' : 'compaction drops events of the same key'}.`,
    );
  }
  return warnings;
}

function unusable(name: string, problem: string): TopicState {
  return { name, partitionCount: 0, maxBatchBytes: DEFAULT_MAX_BATCH_BYTES, problem, warnings: [] };
}
