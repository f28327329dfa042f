/** What every connection to Kafka is made from: writer, topic check and reader share it. */
import './idle-timer.ts';
import './batch-encoder.ts';
import './record-encoder.ts';
import kafkajs from 'kafkajs';
import type { Logger } from '../../core/log.ts';
import { kafkajsLogging } from './kafkajs-log.ts';
import { type KafkaSasl, type KafkaTls, toKafkajsSasl } from './security.ts';
import type { Sockets } from './sockets.ts';

export interface KafkaConnection {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: KafkaTls | (() => KafkaTls);
  readonly sasl?: KafkaSasl | (() => KafkaSasl);
  readonly log: Logger;
}

export interface ConnectionLimits {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/**
 * kafkajs' settings for one session. `retries: 0` everywhere: its retries acknowledge records that were never stored
 * (a partition that moves to a broker which already answered is skipped).
 */
export function kafkajsConfig(
  { clientId, tls, sasl, log }: KafkaConnection,
  brokers: readonly string[],
  sockets: Sockets,
  { connectTimeoutMs, requestTimeoutMs }: ConnectionLimits,
) {
  return {
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: typeof tls === 'function' ? tls() : tls }),
    ...(sasl === undefined ? {} : { sasl: toKafkajsSasl(typeof sasl === 'function' ? sasl() : sasl) }),
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: { retries: 0 },
    socketFactory: sockets.factory,
    ...kafkajsLogging(log),
  };
}

export const { Kafka } = kafkajs;
