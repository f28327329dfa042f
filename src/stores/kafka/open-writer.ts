/** The parts that the store and the ordered writer share: cluster, partition writer and readiness. */
import type { TopicPlan } from '../../records/topic-plans.ts';
import type { OpenRequestsOptions, Write } from '../open-requests.ts';
import type { Readiness } from '../store.ts';
import { Cluster } from './cluster.ts';
import { COMPRESSION_TYPES, type Compression } from './compression.ts';
import type { KafkaConnection } from './connection.ts';
import type { TopicSettings } from './ensure-topics.ts';
import { Leaders } from './leaders.ts';
import { createReadiness } from './readiness.ts';
import type { SchemaIds } from './schema-ids.ts';
import { PartitionWriter, type WriterOptions } from './writer.ts';

export interface KafkaWriterOptions
  extends KafkaConnection,
    Omit<TopicSettings, 'plans'>,
    Omit<WriterOptions, 'attemptTimeoutMs' | 'compression' | 'schemaIdOf'> {
  /** The topics to write, looked up at start. */
  readonly topics: readonly TopicPlan[];
  /** A write fails after this time; one attempt takes less than half of it. */
  readonly writeTimeoutMs: number;
  readonly compression: Compression;
  /** With SCHEMA_REGISTRY_URL; closed with the writer. */
  readonly schemaIds?: SchemaIds | undefined;
}

export interface KafkaWriter {
  readonly write: (write: Write) => void;
  readonly problemOf: NonNullable<OpenRequestsOptions['problemOf']>;
  readonly readiness: () => Promise<Readiness>;
  /** Pending writes fail at their deadlines. */
  readonly close: () => void;
}

/** Part of `writeTimeoutMs` for one attempt, so that a second attempt can reach the next leader if the first one is frozen. */
const ATTEMPT_SHARE = 0.45;
const CONNECT_TIMEOUT_MS = 1_000;

export function openKafkaWriter(options: KafkaWriterOptions): KafkaWriter {
  const attemptTimeoutMs = Math.max(50, Math.floor(options.writeTimeoutMs * ATTEMPT_SHARE));
  const limits = {
    connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, attemptTimeoutMs),
    requestTimeoutMs: attemptTimeoutMs,
  };
  const topics = { ...options, plans: new Map(options.topics.map((plan) => [plan.name, plan])) };
  const cluster = new Cluster({ connection: options, topics, limits, now: options.now });
  const leaders = new Leaders(cluster, options, limits);
  const compression = COMPRESSION_TYPES[options.compression];
  const { schemaIds } = options;
  const schemaIdOf = schemaIds?.idOf ?? (() => null);
  const writer = new PartitionWriter(cluster, leaders, { ...options, attemptTimeoutMs, compression, schemaIdOf });
  void cluster.lookUp();
  return {
    write: writer.write,
    problemOf: writer.problemOf,
    readiness: createReadiness({
      cluster,
      leaders,
      writer,
      topics: [...topics.plans.keys()],
      moreWarnings: schemaIds?.warnings ?? (() => []),
      now: options.now,
    }),
    close() {
      schemaIds?.close();
      cluster.close();
      leaders.close();
      writer.pump();
    },
  };
}
