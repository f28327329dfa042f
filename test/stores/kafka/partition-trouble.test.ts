import { setTimeout as pauseMs } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { TopicPlan } from '../../../src/records/topic-plans.ts';
import type { Store } from '../../../src/stores/store.ts';
import { describeOwnKafka } from '../../support/kafka.ts';
import { patience } from '../../support/patience.ts';
import { type Cluster, startCluster } from './broker/start.ts';
import { makeRecord, openStore, readAll, topicPlan, untilReady } from './support.ts';

const REQUESTS_PER_SECOND = 50;
const KEYS = 5;

/** One record each 20 ms, whatever becomes of those before it. */
function startSteadyTraffic(store: Store, topic: string) {
  const acknowledged: { readonly sequence: number; readonly atMs: number; readonly tookMs: number }[] = [];
  const failures: { readonly atMs: number; readonly tookMs: number; readonly message: string }[] = [];
  const open = new Set<Promise<void>>();
  let sequence = 0;
  const timer = setInterval(() => {
    const own = ++sequence;
    const startedMs = performance.now();
    const attempt = store.append([makeRecord(topic, { key: `k${own % KEYS}`, value: String(own) })]).then(
      () => void acknowledged.push({ sequence: own, atMs: performance.now(), tookMs: performance.now() - startedMs }),
      ({ message }: Error) =>
        void failures.push({ atMs: performance.now(), tookMs: performance.now() - startedMs, message }),
    );
    open.add(attempt);
    void attempt.finally(() => open.delete(attempt));
  }, 1000 / REQUESTS_PER_SECOND);
  return {
    acknowledged,
    failures,
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

type Traffic = ReturnType<typeof startSteadyTraffic>;

const PROMPT_MS = 1_000;

/** Acknowledged requests of a span: how many a second, how many of them promptly, and the time that 99 of 100 took at most. */
function figuresOf({ acknowledged }: Traffic, fromMs: number, untilMs: number) {
  const inSpan = acknowledged.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  const times = inSpan.map(({ tookMs }) => tookMs).toSorted((one, other) => one - other);
  return {
    promptShare: times.filter((tookMs) => tookMs < PROMPT_MS).length / times.length,
    perSecond: Math.round(inSpan.length / ((untilMs - fromMs) / 1000)),
    p99Ms: Math.round(times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY),
  };
}

async function untilUnready(store: Store) {
  const startedMs = performance.now();
  for (;;) {
    const readiness = await store.readiness();
    const afterMs = performance.now() - startedMs;
    if (!readiness.ready) return { reason: readiness.reason, afterMs };
    if (afterMs > 11_000) throw new Error('/ready says ready while every write to a partition fails');
    await pauseMs(50);
  }
}

describeOwnKafka('the Kafka store while a partition is in trouble', () => {
  let cluster: Cluster;
  const stores: Store[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ brokers: 3, minInSync: 1, heapMb: 256 });
  }, 300_000);
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });
  afterAll(() => cluster?.close(), 60_000);

  /** One partition for each list of brokers. */
  async function createTopic(replicas: readonly number[][], config: Readonly<Record<string, string>> = {}) {
    const plan = topicPlan('messages');
    const admin = new kafkajs.Kafka({ brokers: cluster.brokers, logLevel: 0 }).admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic: plan.name,
          numPartitions: -1,
          replicationFactor: -1,
          replicaAssignment: replicas.map((ofPartition, partition) => ({ partition, replicas: ofPartition })),
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    await admin.disconnect();
    return plan;
  }

  async function open(topics: readonly TopicPlan[], writeTimeoutMs = 4_000): Promise<Store> {
    const store = openStore(cluster.brokers, topics, { createTopics: false, writeTimeoutMs });
    stores.push(store);
    await untilReady(store);
    for (const { name } of topics) await store.append([makeRecord(name)]);
    return store;
  }

  /** In the order of each key, each acknowledged record is there, and its first copy is behind that of the one before. */
  async function expectInOrder({ name }: TopicPlan, { acknowledged }: Traffic) {
    const stored = (await readAll(cluster.brokers, [name])).map(({ key, value }) => ({ key, sequence: Number(value) }));
    const there = new Set(stored.map(({ sequence }) => sequence));
    expect(acknowledged.filter(({ sequence }) => !there.has(sequence))).toEqual([]);
    for (let key = 0; key < KEYS; key += 1) {
      const first = [...new Set(stored.filter((one) => one.key === `k${key}`).map(({ sequence }) => sequence))];
      const known = new Set(acknowledged.map(({ sequence }) => sequence));
      const inOrder = first.filter((sequence) => known.has(sequence));
      expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other));
    }
  }

  const troubles = [
    [
      'its leader is gone',
      [[2]],
      {},
      async () => {
        await cluster.nodes[1]?.kill();
        return () => cluster.nodes[1]?.start();
      },
      /leader|ECONNREFUSED|ECONNRESET|did not answer|Closed connection/,
    ],
    [
      'its leader is frozen',
      [[2]],
      {},
      async () => {
        await cluster.nodes[1]?.freeze();
        return () => cluster.nodes[1]?.resume();
      },
      /leader|did not answer|timeout/,
    ],
    [
      'too few replicas are in sync',
      [[1, 2]],
      { 'min.insync.replicas': '2' },
      async () => {
        await cluster.nodes[1]?.kill();
        return () => cluster.nodes[1]?.start();
      },
      /replicas/,
    ],
  ] as const;

  it.each(troubles)(
    'writes to other partitions at their usual speed while %s',
    async (what, replicas, config, fail, cause) => {
      const sick = await createTopic(
        replicas.map((ofPartition) => [...ofPartition]),
        config,
      );
      const well = await createTopic([[1], [3], [1]]);
      const store = await open([sick, well]);
      const [sickTraffic, wellTraffic] = [startSteadyTraffic(store, sick.name), startSteadyTraffic(store, well.name)];
      const startMs = performance.now();
      await pauseMs(3_000);
      const failedMs = performance.now();
      const restore = await fail();
      const unready = await untilUnready(store);
      expect(unready.reason).toMatch(cause);
      // Two deadlines, and the session that the broker has with its controller.
      expect(unready.afterMs).toBeLessThan(patience(8_000 + 2_000));
      await pauseMs(11_000 - unready.afterMs);
      const restoredMs = performance.now();
      await restore();
      await untilReady(store, 20_000);
      const readyMs = performance.now();
      await pauseMs(2_000);
      await Promise.all([sickTraffic.stop(), wellTraffic.stop()]);

      const figures = {
        what,
        before: figuresOf(wellTraffic, startMs, failedMs),
        during: figuresOf(wellTraffic, failedMs, restoredMs),
        sickDuring: figuresOf(sickTraffic, failedMs, restoredMs),
        sickAfter: figuresOf(sickTraffic, readyMs, readyMs + 2_000),
        failures: wellTraffic.failures.length,
        sickFailures: sickTraffic.failures.length,
      };
      if (process.env.HUBCAST_FIGURES) process.stderr.write(`${JSON.stringify(figures)}\n`);
      expect(wellTraffic.failures).toEqual([]);
      // One that waited for the partition in trouble would take up to its deadline of four seconds.
      expect(figures.during.promptShare).toBeGreaterThan(0.9);
      // What waits fails at its deadline, each with the cause of its own partition.
      expect(sickTraffic.failures.length).toBeGreaterThan(100);
      for (const { message } of sickTraffic.failures) expect(message).toMatch(cause);
      for (const { tookMs } of sickTraffic.failures) expect(tookMs).toBeLessThan(patience(6_000));
      expect(sickTraffic.acknowledged.some(({ atMs }) => atMs > restoredMs)).toBe(true);
      await expectInOrder(well, wellTraffic);
      await expectInOrder(sick, sickTraffic);
    },
    120_000,
  );
});
