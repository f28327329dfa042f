import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { partitionFor } from '../../../src/records/partition.ts';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import type { TopicPlan } from '../../../src/records/topic-plans.ts';
import type { KafkaStoreOptions } from '../../../src/stores/kafka/kafka-store.ts';
import { OpenWrite } from '../../../src/stores/kafka/open-write.ts';
import { MAX_REQUEST_BYTES, PartitionQueue } from '../../../src/stores/kafka/partition-queue.ts';
import { readOutcomes, toProduceBody } from '../../../src/stores/kafka/produce-request.ts';
import { createKafkaReader } from '../../../src/stores/kafka/reader.ts';
import { recordBytes } from '../../../src/stores/kafka/record-bytes.ts';
import { WriteConnection } from '../../../src/stores/kafka/write-connection.ts';
import type { Store } from '../../../src/stores/store.ts';
import { describeKafka } from '../../support/kafka.ts';
import { until } from '../../support/until.ts';
import { foreignConsumer } from './broker/foreign-consumer.ts';
import { javaPartitions } from './broker/java-partitions.ts';
import {
  createTopic as createTopicOn,
  log,
  makeRecord,
  openStore,
  readDistinct,
  topicPlan,
  untilReady,
} from './support.ts';

const run = promisify(execFile);

function chunks(topic: string) {
  return (refused: OutgoingRecord, limitBytes: number): OutgoingRecord[] => {
    const letters: OutgoingRecord[] = [];
    for (let at = 0; at < refused.value.length; ) {
      const frame = makeRecord(topic, {
        key: refused.key,
        headers: { of: refused.id, chunk: String(letters.length) },
        value: '',
      });
      const room = limitBytes - recordBytes(frame) - 5;
      letters.push({ ...frame, value: refused.value.slice(at, at + room) });
      at += room;
    }
    return letters;
  };
}

describeKafka('the Kafka store', (kafka) => {
  const stores: Store[] = [];
  const admin = () => new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: 0 }).admin();

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  function open(topics: readonly TopicPlan[], more: Partial<KafkaStoreOptions> = {}): Store {
    const store = openStore(kafka.brokers, topics, more);
    stores.push(store);
    return store;
  }

  const createTopic = (topic: string, config: Record<string, string> = {}) =>
    createTopicOn(kafka.brokers, topic, config);

  it('gives keys the partitions the Java client gives them', async () => {
    const plan = topicPlan('phone-numbers');
    const keys = Array.from({ length: 200 }, (_, index) => `102290129340398:1555078${index}`).concat(
      '',
      'ключ',
      '鍵 🔑',
    );
    const store = open([plan], { partitions: 7 });
    await store.append(keys.map((key) => makeRecord(plan.name, { key })));
    const stored = await readDistinct(kafka.brokers, [plan.name]);
    const byKey = new Map(stored.map(({ key, partition }) => [key, partition]));
    const expected = await javaPartitions(keys, 7);
    if (expected === null) return;
    expect(keys.map((key) => byKey.get(key))).toEqual(expected);
  });

  it('keeps the order of each key over concurrent requests of one caller', async () => {
    const plan = topicPlan('messages');
    const store = open([plan]);
    const all = Array.from({ length: 400 }, (_, index) =>
      makeRecord(plan.name, { key: `k${index % 5}`, value: `${index}` }),
    );
    await Promise.all(Array.from({ length: 100 }, (_, at) => store.append(all.slice(4 * at, 4 * at + 4))));
    const stored = await readDistinct(kafka.brokers, [plan.name]);
    expect(stored).toHaveLength(400);
    for (let key = 0; key < 5; key += 1) {
      const values = stored.filter((record) => record.key === `k${key}`).map(({ value }) => Number(value));
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
  });

  it('stores what a foreign consumer reads: key, headers, value and time', async () => {
    const plan = topicPlan('accounts');
    const store = open([plan]);
    const record = makeRecord(plan.name, { key: 'é', value: '{"name":"Zoë 🚀"}', timestampMs: 1_739_321_024_000 });
    await store.append([record, makeRecord(plan.name, { key: null })]);
    const read = await foreignConsumer(kafka.brokers, plan.name);
    if (read === null) return;
    expect(read).toHaveLength(2);
    expect(read.find(({ key }) => key === 'é')).toMatchObject({
      timestampMs: record.timestampMs,
      payload: record.value,
      headers: Object.entries(record.headers),
    });
    expect(read.find(({ key }) => key === null)?.partition).toBe(partitionFor(plan.name, null, 4));
  });

  it.each(['gzip', 'zstd'] as const)('compresses with %s so that others can read it', async (compression) => {
    const plan = topicPlan('messages');
    const store = open([plan], { compression });
    const records = Array.from({ length: 50 }, () => makeRecord(plan.name, { value: 'x'.repeat(1000) }));
    await store.append(records);
    expect((await readDistinct(kafka.brokers, [plan.name])).map(({ headers }) => headers.ce_id).toSorted()).toEqual(
      records.map(({ id }) => id),
    );
    const read = await foreignConsumer(kafka.brokers, plan.name);
    if (read !== null) expect(read).toHaveLength(50);
  });

  it('stores a 3 MB value whole in a topic it created', async () => {
    const plan = topicPlan('messages');
    const store = open([plan]);
    const record = makeRecord(plan.name, { value: `"${'ä'.repeat(1.5 * 1024 * 1024)}"` });
    await store.append([record]);
    const [stored] = await readDistinct(kafka.brokers, [plan.name]);
    expect(stored?.value === record.value).toBe(true);
  });

  it('stores a 3 MB value as dead-letter chunks where the topic takes less, and its neighbours as they are', async () => {
    const plan = topicPlan('messages');
    const letters = topicPlan('dead-letter');
    await createTopic(plan.name);
    await createTopic(letters.name);
    const store = open([plan, letters], { deadLetter: chunks(letters.name), createTopics: false });
    await untilReady(store);
    const readiness = await store.readiness();
    expect(readiness.ready && readiness.warnings?.join(' ')).toContain(`Topic ${plan.name} takes up to 1048588 bytes`);

    const large = makeRecord(plan.name, { value: 'y'.repeat(3 * 1024 * 1024) });
    const before = Array.from({ length: 10 }, () => makeRecord(plan.name));
    const after = Array.from({ length: 10 }, () => makeRecord(plan.name));
    const requests = [...before.map((one) => [one]), [makeRecord(plan.name), large, makeRecord(plan.name)], after];
    await Promise.all(requests.map((records) => store.append(records)));

    const stored = await readDistinct(kafka.brokers, [plan.name]);
    const expected = requests.flat().filter((record) => record !== large);
    expect(stored.map(({ headers }) => headers.ce_id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    const parts = await readDistinct(kafka.brokers, [letters.name]);
    parts.sort((a, b) => Number(a.headers.chunk) - Number(b.headers.chunk));
    expect(parts.map(({ headers }) => headers.of)).toEqual(Array(parts.length).fill(large.id));
    expect(parts.map(({ value }) => value).join('') === large.value).toBe(true);
  });

  it('isolates a record refused for another reason than its size', async () => {
    const plan: TopicPlan = { ...topicPlan('phone-number-state'), compacted: true };
    const letters = topicPlan('dead-letter');
    const store = open([plan, letters], { deadLetter: chunks(letters.name) });
    const good = Array.from({ length: 21 }, () => makeRecord(plan.name));
    const poisoned = makeRecord(plan.name, { key: null });
    const requests = [good.slice(0, 10), [poisoned], good.slice(10)];
    await Promise.all(requests.map((records) => store.append(records)));
    const ids = new Set((await readDistinct(kafka.brokers, [plan.name])).map(({ headers }) => headers.ce_id));
    expect([...ids].toSorted()).toEqual(good.map(({ id }) => id));
    expect((await readDistinct(kafka.brokers, [letters.name])).map(({ headers }) => headers.of)).toEqual([poisoned.id]);
  });

  it('tells the one request whose dead letters are refused, and stores the others', async () => {
    const plan: TopicPlan = { ...topicPlan('phone-number-state'), compacted: true };
    const store = open([plan], { deadLetter: () => [makeRecord(plan.name, { key: null })] });
    const good = makeRecord(plan.name);
    const results = await Promise.allSettled([
      store.append([good]),
      store.append([makeRecord(plan.name, { key: null })]),
    ]);
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'record_refused' } },
    ]);
  });

  it('splits 1,000 records of one key so that a topic with default limits takes them', async () => {
    const plan = topicPlan('messages');
    await createTopic(plan.name);
    const store = open([plan], { createTopics: false });
    const records = Array.from({ length: 1000 }, (_, at) =>
      makeRecord(plan.name, { key: 'k', value: `${at} ${'z'.repeat(3000)}` }),
    );
    await store.append(records);
    const stored = await readDistinct(kafka.brokers, [plan.name]);
    expect(stored.map(({ headers }) => headers.ce_id)).toEqual(records.map(({ id }) => id));
  });

  it('answers with the topic that is missing, stores to others meanwhile, and recovers when it is there', async () => {
    const there = topicPlan('accounts');
    const missing = topicPlan('messages');
    await createTopic(there.name);
    const store = open([there, missing], { createTopics: false });
    const results = await Promise.allSettled([
      store.append([makeRecord(missing.name)]),
      store.append([makeRecord(there.name)]),
    ]);
    expect(results).toMatchObject([
      {
        status: 'rejected',
        reason: { code: 'store_unavailable', message: expect.stringContaining(`${missing.name} does not exist`) },
      },
      { status: 'fulfilled' },
    ]);
    expect(await store.readiness()).toMatchObject({ ready: false, reason: expect.stringContaining(missing.name) });
    await createTopic(missing.name);
    await untilReady(store, 3000);
    await store.append([makeRecord(missing.name)]);
  });

  it.each([true, false])('survives that a topic is deleted while it runs (createTopics %p)', async (createTopics) => {
    const plan = topicPlan('messages');
    await createTopic(plan.name);
    const store = open([plan], { createTopics, writeTimeoutMs: 3000 });
    await store.append([makeRecord(plan.name)]);
    const client = admin();
    await client.connect();
    await client.deleteTopics({ topics: [plan.name] });
    await client.disconnect();
    // The broker takes writes to the partitions for a moment after it has forgotten the name.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const record = makeRecord(plan.name);
    const attempt = store.append([record]);
    if (createTopics) await attempt;
    else {
      await expect(attempt).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining(plan.name),
      });
      await createTopic(plan.name);
      await until(() =>
        store.append([record]).then(
          () => true,
          () => false,
        ),
      );
    }
    expect((await readDistinct(kafka.brokers, [plan.name])).map(({ headers }) => headers.ce_id)).toContain(record.id);
  });

  it('counts only the partitions that the broker stored', async () => {
    const plan = topicPlan('messages');
    await createTopic(plan.name);
    const queues = [0, 99].map((partition) => {
      const records = [makeRecord(plan.name)];
      const write = new OpenWrite({ records, size: 0, deadlineMs: 0, settle: () => undefined });
      const queue = new PartitionQueue(plan.name, partition);
      for (const item of write.items()) queue.add(item);
      queue.take(1024 * 1024, MAX_REQUEST_BYTES);
      return queue;
    });
    const [broker = ''] = kafka.brokers;
    const limits = { connectTimeoutMs: 1_000, requestTimeoutMs: 2_000 };
    const connection = new WriteConnection(broker, { brokers: kafka.brokers, clientId: 'hubcast-test', log }, limits);
    const body = toProduceBody(queues, { compression: 0, schemaIdOf: () => null, timeoutMs: 1_000 });
    const answer = await connection.produce(body, 2_000, () => performance.now());
    const outcomes = [...readOutcomes(answer, queues).values()];
    expect(outcomes).toEqual([null, expect.objectContaining({ type: 'UNKNOWN_TOPIC_OR_PARTITION' })]);
    connection.close();
  });

  it('creates topics as planned and leaves existing ones as they are', async () => {
    const created = topicPlan('accounts');
    const compacted: TopicPlan = { ...topicPlan('phone-number-state'), compacted: true };
    const existing = topicPlan('messages');
    await createTopic(existing.name, { 'retention.ms': '12345678' });
    const store = open([created, compacted, existing]);
    await untilReady(store);
    const client = admin();
    await client.connect();
    const { resources } = await client.describeConfigs({
      includeSynonyms: false,
      resources: [created, compacted, existing].map(({ name }) => ({
        type: 2,
        name,
        configNames: ['max.message.bytes', 'retention.ms', 'cleanup.policy'],
      })),
    });
    const metadata = await client.fetchTopicMetadata({ topics: [created.name, existing.name] });
    await client.disconnect();
    const configs = (name: string) =>
      Object.fromEntries(
        (resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? []).map((entry) => [
          entry.configName,
          entry.configValue,
        ]),
      );
    expect(configs(created.name)).toEqual({
      'max.message.bytes': String(6 * 1024 * 1024),
      'retention.ms': '86400000',
      'cleanup.policy': 'delete',
    });
    expect(configs(compacted.name)['cleanup.policy']).toBe('compact');
    expect(configs(existing.name)).toMatchObject({ 'max.message.bytes': '1048588', 'retention.ms': '12345678' });
    expect(metadata.topics.map(({ partitions }) => partitions.length).toSorted()).toEqual([3, 4]);
  });

  it('follows from the end, from a time and until it is told to stop', async () => {
    const plan = topicPlan('messages');
    const store = open([plan]);
    const early = makeRecord(plan.name, { timestampMs: 1_700_000_000_000 });
    await store.append([early]);
    const { read, listTopics } = createKafkaReader({ brokers: kafka.brokers, clientId: 'reader', log, now: Date.now });
    expect(await listTopics()).toContain(plan.name);
    const stop = new AbortController();
    const followed: (string | undefined)[] = [];
    const following = (async () => {
      for await (const { headers } of read({ topics: [plan.name], from: 'end', follow: true, signal: stop.signal })) {
        followed.push(headers.ce_id);
        if (followed.length === 2) stop.abort();
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const late = [makeRecord(plan.name), makeRecord(plan.name)];
    await store.append(late);
    await following;
    expect(followed.toSorted()).toEqual(late.map(({ id }) => id));
    const since: (string | undefined)[] = [];
    const from = { timestampMs: 1_700_000_000_001 };
    for await (const { headers } of read({ topics: [plan.name], from, follow: false })) since.push(headers.ce_id);
    expect(since.toSorted()).toEqual(late.map(({ id }) => id));
  });

  it('ends at once when there is nothing to read', async () => {
    const plan = topicPlan('messages');
    await createTopic(plan.name);
    expect(await readDistinct(kafka.brokers, [plan.name, 'no-such-topic'])).toEqual([]);
  });

  it('prints no warning of Node, and leaves nothing open after close', async () => {
    const script = join(import.meta.dirname, 'store-process.ts');
    const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' };
    const { stdout, stderr } = await run(process.execPath, [script, kafka.brokers.join(',')], { env, timeout: 15_000 });
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  });
});
