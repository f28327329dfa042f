/**
 * Everything that is open towards Kafka at one time. A session in which a write failed is not used again: an answer
 * that comes late, stale metadata or a half-closed connection must not decide about the next write.
 */
import type { Producer } from 'kafkajs';
import { within } from '../../core/time-out.ts';
import { type ConnectionLimits, Kafka, type KafkaConnection, kafkajsConfig } from './connection.ts';
import type { Sockets } from './sockets.ts';
import { checkTopics, type TopicSettings, type TopicState, type TopicStates } from './topics.ts';
import { connectWire } from './wire.ts';

export interface Session {
  readonly producer: Producer;
  readonly topics: () => TopicStates;
  /** When the topics were looked up last, on the clock of `now`. */
  readonly checkedMs: () => number;
  /** Looks all topics up again, and these as well. Rejects when no broker answers in time. */
  readonly check: (alsoTopics: readonly string[], timeoutMs: number) => Promise<void>;
  /** Lets go of everything at once. Idempotent. */
  readonly discard: () => void;
}

export interface SessionOptions {
  readonly connection: KafkaConnection;
  readonly topics: TopicSettings;
  readonly limits: ConnectionLimits;
  readonly now: () => number;
}

/** One attempt. Whoever calls destroys `sockets` when it fails or takes too long. */
export async function openSession(
  { connection, topics: settings, limits, now }: SessionOptions,
  sockets: Sockets,
): Promise<Session> {
  const wire = await connectWire(connection, limits, sockets);
  const states = new Map<string, TopicState>();
  let checkedMs = Number.NEGATIVE_INFINITY;
  let lastCheck: Promise<void> = Promise.resolve();

  async function lookUp(alsoTopics: readonly string[]): Promise<void> {
    const names = new Set([...settings.plans.keys(), ...states.keys(), ...alsoTopics]);
    const found = await checkTopics(wire, [...names], settings, limits.requestTimeoutMs);
    for (const [name, state] of found) states.set(name, state);
    checkedMs = now();
  }

  await lookUp([]);
  // kafkajs' producer asks only one broker for metadata: the one that has just answered.
  const kafka = new Kafka(kafkajsConfig(connection, [wire.seedAddress], sockets, limits));
  const producer = kafka.producer({
    idempotent: false,
    retry: { retries: 0 },
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? -1,
  });
  await producer.connect();

  return {
    producer,
    topics: () => states,
    checkedMs: () => checkedMs,
    check(alsoTopics, timeoutMs) {
      lastCheck = lastCheck.catch(() => undefined).then(() => lookUp(alsoTopics));
      return within(lastCheck, timeoutMs, () => {
        throw new Error(`Kafka did not answer within ${timeoutMs} ms`);
      });
    },
    discard: sockets.destroy,
  };
}
