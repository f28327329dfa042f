/** Reads the cluster behind each bootstrap broker and its topics. Read-only. */
import type { TopicFacts } from '../../records/compare-topics.ts';
import { connectBroker, type KafkaConnection } from './connection.ts';
import { describeKafkaError, retryDecisionFor } from './errors.ts';
import { locate, type Position } from './positions.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { connectWire, kafkaError, type Wire } from './wire.ts';
import type { PartitionMetadata, TopicMetadata } from './wire-messages.ts';

export interface BootstrapFacts {
  readonly address: string;
  readonly clusterId: string | null;
  /** Why it cannot be used, null when it can. */
  readonly problem: string | null;
}

/** A broker that leads partitions of our topics, at the address that it advertises. */
export interface LeaderFacts {
  readonly address: string;
  /** Why it cannot be used, null when it can. */
  readonly problem: string | null;
}

export interface KafkaFacts {
  readonly bootstraps: readonly BootstrapFacts[];
  readonly leaders: readonly LeaderFacts[];
  /** Null where no broker answers. */
  readonly topics: readonly TopicFacts[] | null;
}

export const INSPECT_LIMITS = { connectTimeoutMs: 3_000, requestTimeoutMs: 5_000 };
const UNKNOWN_TOPIC = 3;
const TOPIC_FORBIDDEN = 29;

export async function inspectKafka(connection: KafkaConnection, topics: readonly string[]): Promise<KafkaFacts> {
  const bootstraps = await Promise.all(connection.brokers.map((address) => lookAt(connection, address, topics)));
  const usable = bootstraps.find(({ problem }) => problem === null);
  if (usable === undefined) return { bootstraps, leaders: [], topics: null };
  try {
    const usableOnly = { ...connection, brokers: [usable.address] };
    const addresses = await withWire(usableOnly, (wire) => leaderAddresses(wire, topics));
    const leaders = await Promise.all(addresses.map((address) => reach(connection, address)));
    return { bootstraps, leaders, topics: await withWire(usableOnly, (wire) => topicFacts(wire, topics)) };
  } catch (error) {
    const problem = describeKafkaError(error);
    return {
      bootstraps: bootstraps.map((one) => (one === usable ? { ...one, problem } : one)),
      leaders: [],
      topics: null,
    };
  }
}

async function leaderAddresses(wire: Wire, topics: readonly string[]): Promise<readonly string[]> {
  if (topics.length === 0) return [];
  const { topicMetadata, brokers } = await wire.metadata(topics);
  const leaders = new Set(
    topicMetadata.flatMap(({ partitionMetadata }) => partitionMetadata.map(({ leader }) => leader)),
  );
  return brokers.filter(({ nodeId }) => leaders.has(nodeId)).map(({ host, port }) => `${host}:${port}`);
}

async function reach(connection: KafkaConnection, address: string): Promise<LeaderFacts> {
  const sockets = createSockets();
  try {
    await connectBroker(connection, INSPECT_LIMITS, sockets, address);
    return { address, problem: null };
  } catch (error) {
    return { address, problem: describeKafkaError(error) };
  } finally {
    sockets.destroy();
  }
}

async function lookAt(
  connection: KafkaConnection,
  address: string,
  topics: readonly string[],
): Promise<BootstrapFacts> {
  try {
    const { clusterId } = await withWire({ ...connection, brokers: [address] }, (wire) => wire.metadata(topics));
    return { address, clusterId: clusterId ?? null, problem: null };
  } catch (error) {
    return { address, clusterId: null, problem: describeKafkaError(error) };
  }
}

/** Closes the connections when the work ends. */
export async function withWire<Result>(
  connection: KafkaConnection,
  work: (wire: Wire) => Promise<Result>,
  sockets: Sockets = createSockets(),
): Promise<Result> {
  try {
    return await work(await connectWire(connection, INSPECT_LIMITS, sockets));
  } finally {
    sockets.destroy();
  }
}

const CONFIGS = [
  'max.message.bytes',
  'cleanup.policy',
  'retention.ms',
  'min.insync.replicas',
  'unclean.leader.election.enable',
];

export async function topicFacts(wire: Wire, names: readonly string[]): Promise<readonly TopicFacts[]> {
  if (names.length === 0) return [];
  const { topicMetadata } = await wire.metadata(names);
  const metadata = new Map(topicMetadata.map((topic) => [topic.topic, topic]));
  const there = names.filter((name) => metadata.get(name)?.topicErrorCode === 0);
  const { resources } = there.length === 0 ? { resources: [] } : await wire.describeTopics(there, CONFIGS);
  const configs = new Map(
    resources.map(({ resourceName, errorCode, configEntries }) => [
      resourceName,
      errorCode === 0
        ? Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue]))
        : null,
    ]),
  );
  return Promise.all(names.map((name) => toFacts(wire, name, metadata.get(name), configs.get(name) ?? null)));
}

async function toFacts(
  wire: Wire,
  name: string,
  metadata: TopicMetadata | undefined,
  configs: TopicFacts['configs'],
): Promise<TopicFacts> {
  const code = metadata?.topicErrorCode ?? UNKNOWN_TOPIC;
  const none = { name, partitions: 0, replicas: 0, behind: [], short: [], configs: null, used: null };
  if (metadata === undefined || code === UNKNOWN_TOPIC) {
    return { ...none, exists: false, problem: null, forbidden: false };
  }
  if (code !== 0) {
    const error = kafkaError(code);
    const problem = describeKafkaError(error);
    return {
      ...none,
      exists: true,
      problem,
      forbidden: code === TOPIC_FORBIDDEN || retryDecisionFor(error) === 'settings',
    };
  }
  const { partitionMetadata: partitions } = metadata;
  const minInSync = Number(configs?.['min.insync.replicas'] ?? 1);
  const leaderless = partitions.find(({ leader }) => leader < 0);
  return {
    name,
    exists: true,
    problem: leaderless === undefined ? null : `partition ${leaderless.partitionId} has no leader`,
    forbidden: false,
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    behind: numbersOf(partitions.filter(({ isr, replicas }) => isr.length < replicas.length)),
    short: numbersOf(partitions.filter(({ isr }) => isr.length < minInSync)),
    configs,
    used: leaderless === undefined ? await wasUsed(wire, name) : null,
  };
}

function numbersOf(partitions: readonly PartitionMetadata[]): readonly number[] {
  return partitions.map(({ partitionId }) => partitionId).toSorted((one, other) => one - other);
}

/** Offsets never restart: an offset above 0 means that the partition had a record, even if it was deleted since. */
async function wasUsed(wire: Wire, name: string): Promise<boolean | null> {
  try {
    const positions = new Map<string, Position>();
    await locate(wire, [name], 'end', positions);
    return [...positions.values()].some(({ end }) => end > 0n);
  } catch {
    return null;
  }
}
