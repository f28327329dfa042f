/** The session with Kafka, the writer over it, and whether both work: what the store and the ordered writer share. */
import type { Logger } from '../../core/log.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { TopicPlan } from '../../records/topics.ts';
import type { WriteGroup } from '../group-commit.ts';
import type { Readiness, StoreMeter } from '../store.ts';
import { COMPRESSION_TYPES, type Compression } from './compression.ts';
import { describeKafkaError } from './errors.ts';
import { createGroupWriter } from './group-writer.ts';
import type { KafkaSasl, KafkaTls } from './security.ts';
import { keepSession } from './session-manager.ts';

export interface KafkaWriterOptions {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** The topics that will be written to, looked up at start. */
  readonly topics: readonly TopicPlan[];
  /** Whether missing ones of `topics` are created, with the three settings below. */
  readonly createTopics: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly maxMessageBytes: number;
  /** A write fails after this; less than half of it is one attempt. */
  readonly writeTimeoutMs: number;
  readonly compression: Compression;
  readonly tls?: KafkaTls | (() => KafkaTls);
  readonly sasl?: KafkaSasl | (() => KafkaSasl);
  /** Where the dead letters of a topic go. */
  readonly deadLetterTopicFor: (topic: string) => string;
  /**
   * Turns a record the broker refuses for good into records for the dead-letter topic. Each must take at most
   * `limitBytes` there, measured by `recordBytes`.
   */
  readonly deadLetter: (refused: OutgoingRecord, limitBytes: number) => readonly OutgoingRecord[];
  readonly now: () => number;
  readonly log: Logger;
  readonly meter?: StoreMeter | undefined;
}

export interface KafkaWriter {
  /** One at a time. */
  readonly writeGroup: WriteGroup;
  readonly readiness: () => Promise<Readiness>;
  readonly close: () => void;
}

/** Of `writeTimeoutMs`: a frozen leader is given up early enough for a second attempt at the next. */
const ATTEMPT_SHARE = 0.45;
const CONNECT_TIMEOUT_MS = 1_000;
const READY_TIMEOUT_MS = 1_000;
const READY_CACHED_MS = 500;
const RECENT_WRITE_MS = 1_000;
/** Meta tries again within minutes. */
const REFUSAL_SHOWN_MS = 5 * 60_000;

/** @param inOrder see GroupWriterOptions */
export function openKafkaWriter(options: KafkaWriterOptions, inOrder: boolean): KafkaWriter {
  const { now, log, brokers, clientId, tls, sasl } = options;
  const attemptTimeoutMs = Math.max(50, Math.floor(options.writeTimeoutMs * ATTEMPT_SHARE));
  const connection = { brokers, clientId, log, ...(tls && { tls }), ...(sasl && { sasl }) };
  const topics = { ...options, plans: new Map(options.topics.map((plan) => [plan.name, plan])) };
  const limits = {
    connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, attemptTimeoutMs),
    requestTimeoutMs: attemptTimeoutMs,
  };
  const sessions = keepSession({ connection, topics, limits, now }, attemptTimeoutMs, log);
  let storedMs = Number.NEGATIVE_INFINITY;
  let failedMs = Number.NEGATIVE_INFINITY;
  /** Topics that exist and that we may not write to: Kafka tells only who tries. */
  const refusals = new Map<string, { readonly reason: string; readonly atMs: number }>();
  let writing = false;
  let probe: { readonly atMs: number; readonly result: Promise<Readiness> } | undefined;

  const write = createGroupWriter({
    ...options,
    sessions,
    inOrder,
    attemptTimeoutMs,
    compression: COMPRESSION_TYPES[options.compression],
    onTopicRefused: (topic, reason) => refusals.set(topic, { reason, atMs: now() }),
    onStored: () => {
      storedMs = now();
    },
    onFailed: () => {
      failedMs = now();
    },
  });

  /** Warnings: were the service not ready for them, nothing would be sent to it any more, for any topic. */
  function recentRefusals(): string[] {
    for (const [topic, { atMs }] of refusals) if (now() - atMs > REFUSAL_SHOWN_MS) refusals.delete(topic);
    return [...refusals.values()].map(({ reason }) => reason);
  }

  async function lookAtTopics(): Promise<Readiness> {
    const failing = sessions.failing();
    if (failing !== undefined) return { ready: false, reason: failing };
    try {
      const session = await sessions.session(now() + READY_TIMEOUT_MS);
      const recent = now() - storedMs < RECENT_WRITE_MS && storedMs > failedMs;
      if (!recent) {
        await session.check([], READY_TIMEOUT_MS).catch((error: unknown) => {
          // A slow broker may still be about to confirm a write; only an idle session is given up for it.
          if (!writing) sessions.giveUp(session, error);
          throw error;
        });
      }
      const states = [...session.topics().values()];
      const problems = states.flatMap(({ problem }) => problem ?? []);
      if (problems.length > 0) return { ready: false, reason: problems.join(' ') };
      return { ready: true, warnings: [...recentRefusals(), ...states.flatMap(({ warnings }) => warnings)] };
    } catch (error) {
      return { ready: false, reason: `Kafka at ${brokers.join(', ')} does not answer: ${describeKafkaError(error)}` };
    }
  }

  return {
    async writeGroup(group) {
      writing = true;
      await write(group).finally(() => {
        writing = false;
      });
    },
    readiness() {
      if (probe === undefined || now() - probe.atMs >= READY_CACHED_MS) probe = { atMs: now(), result: lookAtTopics() };
      return probe.result;
    },
    close: sessions.close,
  };
}
