/**
 * A connection to one broker, over kafkajs' network and message formats, without kafkajs' own retries, producer and
 * groups. Its retries acknowledge records that were never stored (a partition that moves to a broker which already
 * answered is skipped), and its producer does not report which partitions of a failed write were stored.
 */
import './idle-timer.ts';
import './sasl-sessions.ts';
import './batch-encoder.ts';
import './record-encoder.ts';
import './compression.ts';
import Broker from 'kafkajs/src/broker/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import ConnectionPool from 'kafkajs/src/network/connectionPool.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import type { Logger } from '../../core/log.ts';
import { kafkaErrorType } from './errors.ts';
import { kafkajsLogging } from './kafkajs-log.ts';
import { type KafkaSasl, type KafkaTls, toKafkajsSasl } from './security.ts';
import type { Sockets } from './sockets.ts';

export interface KafkaConnection {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: KafkaTls | (() => KafkaTls);
  readonly sasl?: KafkaSasl | (() => KafkaSasl);
  /** KAFKA_CLUSTER_ID: writes to a cluster with another id are rejected. */
  readonly clusterId?: string | undefined;
  readonly log: Logger;
}

export interface ConnectionLimits {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Short, so that a recovered broker is found within half a second. */
export const KAFKA_BACKOFF = { firstMs: 50, longestMs: 500 };

export interface BrokerConnection {
  /**
   * Errors of single topics and partitions stay in the answer.
   * @param api Kafka's name of the request, such as `Metadata`
   */
  readonly request: <Answer>(api: string, body: unknown) => Promise<Answer>;
  /** Has no effect while the connection is open and logged in. */
  readonly reconnect: () => Promise<void>;
}

/** Resolves when the broker has answered and accepted the log-in. The connection ends with `sockets`. */
export async function connectBroker(
  { clientId, tls, sasl, log }: KafkaConnection,
  { connectTimeoutMs, requestTimeoutMs }: ConnectionLimits,
  sockets: Sockets,
  address: string,
): Promise<BrokerConnection> {
  const logger = loggers.createLogger(kafkajsLogging(log));
  const colon = address.lastIndexOf(':');
  const connectionPool = new ConnectionPool({
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    rack: null,
    ssl: (typeof tls === 'function' ? tls() : tls) ?? null,
    sasl: sasl === undefined ? null : toKafkajsSasl(typeof sasl === 'function' ? sasl() : sasl),
    clientId,
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    socketFactory: sockets.factory,
    logger,
  });
  const authenticationTimeout = requestTimeoutMs;
  const broker = new Broker({ connectionPool, logger, authenticationTimeout, allowAutoTopicCreation: false });
  await broker.connect();
  return {
    reconnect: () => broker.connect(),
    async request<Answer>(api: string, body: unknown): Promise<Answer> {
      try {
        if (!broker.isConnected()) await broker.connect();
        const message = broker.lookupRequest(apiKeys[api] ?? -1, protocol.requests[api])(body);
        const response = { decode: message.response.decode, parse: async (decoded: unknown) => decoded };
        return (await connectionPool.send({ ...message, response })) as Answer;
      } catch (error) {
        // An earlier log-in succeeded, so the settings are right.
        if (kafkaErrorType(error) !== 'ILLEGAL_SASL_STATE') throw error;
        throw new Error(`The broker at ${address} ended the log-in's session (ILLEGAL_SASL_STATE).`);
      }
    },
  };
}
