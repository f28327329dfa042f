// What the Kafka suites share: stores and readers with short deadlines, records, and reading everything back.
import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import { createLog } from '../../../src/core/log.ts';
import type { OutgoingRecord, StoredRecord } from '../../../src/records/record.ts';
import type { TopicPlan } from '../../../src/records/topic-plans.ts';
import { createKafkaStore, type KafkaStoreOptions } from '../../../src/stores/kafka/kafka-store.ts';
import type { KafkaWriterOptions } from '../../../src/stores/kafka/open-writer.ts';
import { createKafkaReader } from '../../../src/stores/kafka/reader.ts';
import type { Store } from '../../../src/stores/store.ts';
import { patience } from '../../support/patience.ts';
import { until } from '../../support/until.ts';

const level = process.env.HUBCAST_TEST_LOG === 'debug' ? 'debug' : 'silent';
export const log = createLog(level, process.stderr);

export function topicPlan(family: TopicPlan['family'], prefix = `t${randomBytes(4).toString('hex')}`): TopicPlan {
  return { family, name: `${prefix}.${family}`, retentionMs: 86_400_000, compacted: false };
}

export function openStore(
  brokers: readonly string[],
  topics: readonly TopicPlan[],
  more: Partial<KafkaStoreOptions> = {},
): Store {
  return createKafkaStore({ ...writerOptions(brokers, topics), dedupeIds: 10_000, ...more });
}

/** With nothing to say of a record that Kafka refuses. */
export function writerOptions(brokers: readonly string[], topics: readonly TopicPlan[]): KafkaWriterOptions {
  return {
    brokers,
    clientId: 'hubcast-test',
    topics,
    createTopics: true,
    partitions: 4,
    replicationFactor: 1,
    maxMessageBytes: 6 * 1024 * 1024,
    writeTimeoutMs: 4_000,
    compression: 'none',
    deadLetter: () => [],
    deadLetterTopicFor: () => topics.find(({ family }) => family === 'dead-letter')?.name ?? '',
    now: () => performance.now(),
    log,
  };
}

let count = 0;

export function makeRecord(topic: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord {
  count += 1;
  const id = count.toString(16).padStart(32, '0');
  return {
    id,
    topic,
    key: `key-${count % 17}`,
    headers: { ce_id: id, 'content-type': 'application/cloudevents+json' },
    value: JSON.stringify({ id }),
    timestampMs: Date.now(),
    repeatable: false,
    ...more,
  };
}

export async function readAll(brokers: readonly string[], topics: readonly string[]): Promise<StoredRecord[]> {
  const { read } = createKafkaReader({ brokers, clientId: 'hubcast-test', log, now: Date.now });
  const records: StoredRecord[] = [];
  for await (const record of read({ topics, from: 'start', follow: false })) records.push(record);
  return records;
}

/**
 * Each record once, where it came first. An attempt that was perhaps stored is made again, so a slow broker may hold a
 * record twice: design section 3 allows it, and only tests that count repeats use `readAll`.
 */
export async function readDistinct(brokers: readonly string[], topics: readonly string[]): Promise<StoredRecord[]> {
  const contentOf = ({ topic, key, headers, value }: StoredRecord) => JSON.stringify([topic, key, headers, value]);
  const first = Map.groupBy(await readAll(brokers, topics), contentOf);
  return [...first.values()].flatMap((records) => records.slice(0, 1));
}

export async function untilReady(store: Store, withinMs = 10_000): Promise<number> {
  const startedMs = Date.now();
  while (true) {
    const readiness = await store.readiness();
    const tookMs = Date.now() - startedMs;
    if (readiness.ready) return tookMs;
    if (tookMs > patience(withinMs)) throw new Error(`Not ready after ${tookMs} ms: ${readiness.reason}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Resolves when their leaders serve them: kafkajs fails where a broker does not know a topic yet that the controller knows. */
export async function makeTopics(admin: kafkajs.Admin, topics: readonly kafkajs.ITopicConfig[]): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics: [...topics] });
  for (const { topic } of topics) {
    await until(() =>
      admin.fetchTopicOffsets(topic).then(
        () => true,
        () => false,
      ),
    );
  }
}

/** A topic somebody else created: three partitions, and the broker's defaults. */
export async function createTopic(
  brokers: readonly string[],
  topic: string,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: 0 }).admin();
  await admin.connect();
  try {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await makeTopics(admin, [{ topic, numPartitions: 3, configEntries }]);
  } finally {
    await admin.disconnect();
  }
}
