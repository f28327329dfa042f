/**
 * Kafka's requests about topics, offsets and records, over kafkajs' connections and message formats. kafkajs' own admin
 * queries every topic of the cluster, so one broken foreign topic fails the call, and it hides which topic an error
 * concerns. Its consumer needs a group, which leaves traces on the cluster and takes seconds to join.
 */
import protocolErrors from 'kafkajs/src/protocol/error.js';
import { type BrokerConnection, type ConnectionLimits, connectBroker, type KafkaConnection } from './connection.ts';
import type { Sockets } from './sockets.ts';
import type {
  AlterConfigsResponse,
  ConfigsResponse,
  CoordinatorResponse,
  CreateTopicsResponse,
  FetchResponse,
  GroupOffsetsResponse,
  JoinGroupResponse,
  MetadataResponse,
  OffsetsResponse,
  SyncGroupResponse,
  TopicConfigs,
} from './wire-messages.ts';

/** Errors of single topics and partitions stay in the answers. Connections close with the given sockets. */
export interface Wire {
  readonly metadata: (topics: readonly string[] | 'all') => Promise<MetadataResponse>;
  readonly createTopics: (topics: readonly unknown[], timeoutMs: number) => Promise<CreateTopicsResponse>;
  /** @param configs null for all */
  readonly describeTopics: (topics: readonly string[], configs: readonly string[] | null) => Promise<ConfigsResponse>;
  /** Replaces all settings of each topic. */
  readonly alterTopics: (topics: readonly TopicConfigs[]) => Promise<AlterConfigsResponse>;
  readonly createPartitions: (
    topics: readonly { readonly topic: string; readonly count: number }[],
    timeoutMs: number,
  ) => Promise<CreateTopicsResponse>;
  readonly listOffsets: (nodeId: number, topics: readonly unknown[]) => Promise<OffsetsResponse>;
  readonly fetch: (nodeId: number, body: Readonly<Record<string, unknown>>) => Promise<FetchResponse>;
  /** As of the last answer to `metadata`. */
  readonly brokers: () => MetadataResponse['brokers'];
  readonly clusterId: () => string | null;
  /** A connection to the coordinator of a group. @throws Kafka's error while the group has no coordinator */
  readonly coordinatorOf: (groupId: string) => Promise<Coordinator>;
}

export interface Coordinator {
  readonly joinGroup: (body: Readonly<Record<string, unknown>>) => Promise<JoinGroupResponse>;
  readonly syncGroup: (body: Readonly<Record<string, unknown>>) => Promise<SyncGroupResponse>;
  readonly heartbeat: (body: Readonly<Record<string, unknown>>) => Promise<{ readonly errorCode: number }>;
  readonly leaveGroup: (body: Readonly<Record<string, unknown>>) => Promise<{ readonly errorCode: number }>;
  readonly commitOffsets: (body: Readonly<Record<string, unknown>>) => Promise<GroupOffsetsResponse>;
  readonly fetchOffsets: (body: Readonly<Record<string, unknown>>) => Promise<GroupOffsetsResponse>;
}

/** Kafka's resource type of a topic. */
const TOPIC_RESOURCE = 2;
/** Returns every record, including those of uncommitted transactions: hubcast writes without transactions. */
const READ_UNCOMMITTED = 0;

export function kafkaError(code: number): Error & { readonly type: string } {
  return protocolErrors.createErrorFromCode(code);
}

export async function connectWire(
  connection: KafkaConnection,
  limits: ConnectionLimits,
  sockets: Sockets,
): Promise<Wire> {
  const known = new Map<number, Promise<BrokerConnection>>();
  let brokers: MetadataResponse['brokers'] = [];
  let clusterId: string | null = null;
  let controllerId = -1;

  const open = (address: string) => connectBroker(connection, limits, sockets, address);

  function brokerOf(nodeId: number): Promise<BrokerConnection> {
    const opened = known.get(nodeId);
    if (opened !== undefined) return opened;
    const address = brokers.find((broker) => broker.nodeId === nodeId);
    if (address === undefined) throw new Error(`Broker ${nodeId} is not part of the cluster (any more).`);
    const broker = open(`${address.host}:${address.port}`);
    broker.catch(() => known.delete(nodeId));
    known.set(nodeId, broker);
    return broker;
  }

  const controller = () => (controllerId >= 0 ? brokerOf(controllerId) : seed);

  /** Tries all brokers at once and uses the first that answers, because a frozen broker accepts connections and never answers. */
  async function connectSeed(): Promise<BrokerConnection> {
    try {
      return await Promise.any(connection.brokers.map(open));
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  const seed = await connectSeed();

  return {
    brokers: () => brokers,
    clusterId: () => clusterId,
    async metadata(topics) {
      // An empty list requests all topics.
      const body = { topics: topics === 'all' ? [] : topics, allowAutoTopicCreation: false };
      const answer = await seed.request<MetadataResponse>('Metadata', body);
      ({ brokers, controllerId, clusterId = null } = answer);
      return answer;
    },
    async createTopics(topics, timeoutMs) {
      return (await controller()).request('CreateTopics', { topics, validateOnly: false, timeout: timeoutMs });
    },
    describeTopics: (topics, configNames) =>
      seed.request('DescribeConfigs', {
        // kafkajs sends an empty list as null, which requests all.
        resources: topics.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: configNames ?? [] })),
        includeSynonyms: false,
      }),
    alterTopics: async (topics) =>
      (await controller()).request('AlterConfigs', {
        resources: topics.map((topic) => ({ type: TOPIC_RESOURCE, ...topic })),
        validateOnly: false,
      }),
    createPartitions: async (topics, timeoutMs) =>
      (await controller()).request('CreatePartitions', {
        topicPartitions: topics,
        validateOnly: false,
        timeout: timeoutMs,
      }),
    listOffsets: async (nodeId, topics) =>
      (await brokerOf(nodeId)).request('ListOffsets', { replicaId: -1, isolationLevel: READ_UNCOMMITTED, topics }),
    fetch: async (nodeId, body) =>
      (await brokerOf(nodeId)).request('Fetch', { isolationLevel: READ_UNCOMMITTED, ...body }),
    async coordinatorOf(groupId) {
      const found = await seed.request<CoordinatorResponse>('GroupCoordinator', { groupId });
      if (found.errorCode !== 0) throw kafkaError(found.errorCode);
      const { request } = await open(`${found.coordinator.host}:${found.coordinator.port}`);
      return {
        joinGroup: (body) => request('JoinGroup', body),
        syncGroup: (body) => request('SyncGroup', body),
        heartbeat: (body) => request('Heartbeat', body),
        leaveGroup: (body) => request('LeaveGroup', body),
        commitOffsets: (body) => request('OffsetCommit', body),
        fetchOffsets: (body) => request('OffsetFetch', body),
      };
    },
  };
}
