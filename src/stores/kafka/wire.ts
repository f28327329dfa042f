/**
 * Kafka's requests about topics, offsets and records, over kafkajs' connections and message formats. kafkajs' own admin
 * asks for every topic of the cluster, so that one sick topic of somebody else fails it, and hides which topic an error
 * is about; its consumer needs a group, which would leave traces on the cluster and take seconds to join.
 */
import './compression.ts';
import Broker from 'kafkajs/src/broker/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import { type ConnectionLimits, type KafkaConnection, kafkajsConfig } from './connection.ts';
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

/** Errors of single topics and partitions stay in the answers. Connections end with the sockets it was given. */
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
  /** The broker it went to first: known to answer. */
  readonly seedAddress: string;
  /** A connection to the broker that keeps a group. @throws Kafka's error when there is none now */
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
/** Shows every record, also of transactions that were not committed: nothing of ours is in one. */
const READ_UNCOMMITTED = 0;

export function kafkaError(code: number): Error & { readonly type: string } {
  return protocolErrors.createErrorFromCode(code);
}

export async function connectWire(
  connection: KafkaConnection,
  limits: ConnectionLimits,
  sockets: Sockets,
): Promise<Wire> {
  const config = kafkajsConfig(connection, connection.brokers, sockets, limits);
  const logger = loggers.createLogger({ level: config.logLevel, logCreator: config.logCreator });
  const known = new Map<number, Broker>();
  let addresses: MetadataResponse['brokers'] = [];
  let controllerId = -1;

  async function open(host: string, port: number): Promise<Broker> {
    const connectionPool = new ConnectionPool({
      host,
      port,
      rack: null,
      ssl: config.ssl ?? null,
      sasl: config.sasl ?? null,
      clientId: config.clientId,
      connectionTimeout: config.connectionTimeout,
      requestTimeout: config.requestTimeout,
      enforceRequestTimeout: true,
      socketFactory: sockets.factory,
      logger,
    });
    const broker = new Broker({
      connectionPool,
      logger,
      authenticationTimeout: config.authenticationTimeout,
      allowAutoTopicCreation: false,
    });
    await broker.connect();
    return broker;
  }

  async function request<Answer>(broker: Broker, api: string, body: unknown): Promise<Answer> {
    if (!broker.isConnected()) await broker.connect();
    const message = broker.lookupRequest(apiKeys[api] ?? -1, protocol.requests[api])(body);
    const response = { decode: message.response.decode, parse: async (decoded: unknown) => decoded };
    return (await broker.connectionPool.send({ ...message, response })) as Answer;
  }

  async function brokerOf(nodeId: number): Promise<Broker> {
    const opened = known.get(nodeId);
    if (opened !== undefined) return opened;
    const address = addresses.find((broker) => broker.nodeId === nodeId);
    if (address === undefined) throw new Error(`Broker ${nodeId} is not part of the cluster (any more).`);
    const broker = await open(address.host, address.port);
    known.set(nodeId, broker);
    return broker;
  }

  /** All at once, as a frozen broker takes connections and never answers: the first to answer is used. */
  async function connectSeed(): Promise<{ seed: Broker; seedAddress: string }> {
    const attempts = config.brokers.map(async (seedAddress) => {
      const colon = seedAddress.lastIndexOf(':');
      return { seed: await open(seedAddress.slice(0, colon), Number(seedAddress.slice(colon + 1))), seedAddress };
    });
    try {
      return await Promise.any(attempts);
    } catch (error) {
      throw (error as AggregateError).errors[0];
    }
  }

  const { seed, seedAddress } = await connectSeed();

  return {
    seedAddress,
    async metadata(topics) {
      // An empty list asks for all topics.
      const body = { topics: topics === 'all' ? [] : topics, allowAutoTopicCreation: false };
      const answer = await request<MetadataResponse>(seed, 'Metadata', body);
      addresses = answer.brokers;
      controllerId = answer.controllerId;
      return answer;
    },
    async createTopics(topics, timeoutMs) {
      const controller = controllerId >= 0 ? await brokerOf(controllerId) : seed;
      return request(controller, 'CreateTopics', { topics, validateOnly: false, timeout: timeoutMs });
    },
    describeTopics: (topics, configNames) =>
      request(seed, 'DescribeConfigs', {
        // An empty list goes out as null, which asks for all.
        resources: topics.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: configNames ?? [] })),
        includeSynonyms: false,
      }),
    alterTopics: async (topics) =>
      request(controllerId >= 0 ? await brokerOf(controllerId) : seed, 'AlterConfigs', {
        resources: topics.map((topic) => ({ type: TOPIC_RESOURCE, ...topic })),
        validateOnly: false,
      }),
    createPartitions: async (topics, timeoutMs) =>
      request(controllerId >= 0 ? await brokerOf(controllerId) : seed, 'CreatePartitions', {
        topicPartitions: topics,
        validateOnly: false,
        timeout: timeoutMs,
      }),
    listOffsets: async (nodeId, topics) =>
      request(await brokerOf(nodeId), 'ListOffsets', { replicaId: -1, isolationLevel: READ_UNCOMMITTED, topics }),
    fetch: async (nodeId, body) =>
      request(await brokerOf(nodeId), 'Fetch', { isolationLevel: READ_UNCOMMITTED, ...body }),
    async coordinatorOf(groupId) {
      const found = await request<CoordinatorResponse>(seed, 'GroupCoordinator', { groupId });
      if (found.errorCode !== 0) throw kafkaError(found.errorCode);
      const broker = await open(found.coordinator.host, found.coordinator.port);
      return {
        joinGroup: (body) => request(broker, 'JoinGroup', body),
        syncGroup: (body) => request(broker, 'SyncGroup', body),
        heartbeat: (body) => request(broker, 'Heartbeat', body),
        leaveGroup: (body) => request(broker, 'LeaveGroup', body),
        commitOffsets: (body) => request(broker, 'OffsetCommit', body),
        fetchOffsets: (body) => request(broker, 'OffsetFetch', body),
      };
    },
  };
}
