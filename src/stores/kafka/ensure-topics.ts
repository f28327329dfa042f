/** Looks up the topics that hubcast writes and creates missing ones if `createTopics` allows it. Never alters a topic. */
import { pause } from '../../core/time-out.ts';
import { topicConfigs } from '../../records/compare-topics.ts';
import type { TopicPlan } from '../../records/topic-plans.ts';
import { describeKafkaError, kafkaErrorType, retryDecisionFor } from './errors.ts';
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

/** State of a topic, as far as a writer needs it. */
export interface TopicState {
  readonly name: string;
  /** Node ids of the leaders by partition, -1 while there is none. Empty where the topic cannot be used. */
  readonly leaders: readonly number[];
  /** The largest batch the broker accepts: the topic's max.message.bytes. */
  readonly maxBatchBytes: number;
  /** The reason why writes to this topic fail now. */
  readonly problem?: string;
  /** Retry decision for the problem: wait, or fail each request at once. */
  readonly isPassing?: boolean;
  /** True if the problem is a missing permission. */
  readonly isDenied?: boolean;
  readonly warnings: readonly string[];
}

export type TopicStates = ReadonlyMap<string, TopicState>;

/** Kafka's default, assumed if reading the configuration is not permitted. */
export const DEFAULT_MAX_BATCH_BYTES = 1024 * 1024;

const UNKNOWN_TOPIC = 3;
const TOPIC_ALREADY_EXISTS = 36;
const SERVED_POLL_MS = 50;
const CONFIGS = ['max.message.bytes', 'cleanup.policy', 'min.insync.replicas', 'unclean.leader.election.enable'];

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
 * A new topic appears at once, but its brokers serve its partitions only moments later. A write in between stores some
 * records and fails for others; the retry would then store the first ones twice.
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

/** @returns the topics that could not be created, with the reason */
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
    return [{ ...unusable(topic, reason), ...natureOf(error) }];
  });
}

/** Without permission to describe configurations the limits stay unknown. Writes do not need that permission. */
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
    return { ...unusable(name, `Topic ${name} is being created.`), isPassing: true };
  }
  if (code !== 0) {
    const error = kafkaError(code);
    return { ...unusable(name, `Topic ${name} cannot be used: ${describeKafkaError(error)}`), ...natureOf(error) };
  }
  const leaders: number[] = [];
  for (const { partitionId, leader } of metadata.partitionMetadata) leaders[partitionId] = leader;
  const maxBatchBytes = Number(configs.get('max.message.bytes') ?? DEFAULT_MAX_BATCH_BYTES);
  return { name, leaders, maxBatchBytes, warnings: warningsFor(metadata, maxBatchBytes, configs, settings) };
}

function natureOf(error: unknown): Pick<TopicState, 'isPassing' | 'isDenied'> {
  const isDenied = kafkaErrorType(error) === 'TOPIC_AUTHORIZATION_FAILED';
  return { isPassing: retryDecisionFor(error) === 'passing', isDenied };
}

function warningsFor(
  { topic: name, partitionMetadata }: TopicMetadata,
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
  const minInSync = Number(configs.get('min.insync.replicas') ?? 1);
  const short = partitionMetadata.filter(({ leader, isr }) => leader >= 0 && isr.length < minInSync);
  if (short.length > 0) {
    warnings.push(
      `Topic ${name} has fewer in-sync replicas than min.insync.replicas (${minInSync}) in partition ${short.map(({ partitionId }) => partitionId).join(', ')}: Kafka may refuse writes to it.`,
    );
  }
  if (configs.get('unclean.leader.election.enable') === 'true') {
    warnings.push(
      `Topic ${name} has unclean.leader.election.enable=true: a replica that lags may become the leader, and events that Kafka confirmed are lost then. Set it to false.`,
    );
  }
  return warnings;
}

function unusable(name: string, problem: string): TopicState {
  return { name, leaders: [], maxBatchBytes: DEFAULT_MAX_BATCH_BYTES, problem, warnings: [] };
}
