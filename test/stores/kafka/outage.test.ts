import { createServer, type Server } from 'node:net';
import { setTimeout as pauseMs } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { TopicPlan } from '../../../src/records/topic-plans.ts';
import type { KafkaStoreOptions } from '../../../src/stores/kafka/kafka-store.ts';
import { createKafkaReader } from '../../../src/stores/kafka/reader.ts';
import type { Store } from '../../../src/stores/store.ts';
import { describeOwnKafka } from '../../support/kafka.ts';
import { patience } from '../../support/patience.ts';
import { type Broker, startBroker } from './broker/start.ts';
import { log, makeRecord, openStore, topicPlan, untilReady } from './support.ts';
import { missingIds, startTraffic } from './traffic.ts';

const START_TIMEOUT_MS = 300_000;

describeOwnKafka('the Kafka store when its broker fails', () => {
  let broker: Broker;
  let topics: TopicPlan[];
  const stores: Store[] = [];

  beforeAll(async () => {
    broker = await startBroker();
  }, START_TIMEOUT_MS);
  afterAll(() => broker?.close(), 60_000);
  beforeEach(() => {
    topics = [topicPlan('phone-numbers'), topicPlan('messages')];
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  function open(more: Partial<KafkaStoreOptions> = {}): Store {
    const store = openStore(broker.brokers, topics, more);
    stores.push(store);
    return store;
  }

  const missing = (acknowledged: ReadonlySet<string>) => missingIds(broker.brokers, topics, acknowledged);

  const outages: [string, (broker: Broker) => Promise<void>, (broker: Broker) => Promise<void>][] = [
    ['stopped and started', (one) => one.stop(), (one) => one.start()],
    ['killed and started', (one) => one.kill(), (one) => one.start()],
    ['frozen past the deadline and resumed', (one) => one.freeze(), (one) => one.resume()],
  ];

  it.each(outages)(
    'loses nothing it acknowledged when the broker is %s, twice, and writes again within 5 s',
    async (_how, fail, restore) => {
      const store = open({ writeTimeoutMs: 1500 });
      await untilReady(store);
      const traffic = startTraffic(store, topics);
      for (let round = 0; round < 2; round += 1) {
        await pauseMs(500);
        await fail(broker);
        await pauseMs(2500);
        expect(await store.readiness()).toMatchObject({ ready: false });
        await restore(broker);
        const before = traffic.acknowledged.size;
        const backMs = Date.now();
        while (traffic.acknowledged.size === before) {
          if (Date.now() - backMs > patience(5_000))
            throw new Error('No write succeeded within 5 s of the broker’s return.');
          await pauseMs(10);
        }
      }
      await pauseMs(300);
      await traffic.stop();
      // Sessions that were given up leave no connection behind, however long a broker stays silent.
      const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
      expect(sockets.length).toBeLessThan(8);
      expect(traffic.acknowledged.size).toBeGreaterThan(100);
      expect(traffic.slowestMs()).toBeLessThan(patience(1500 + 500));
      for (const code of traffic.codes.keys()) expect(['store_unavailable', 'write_timed_out']).toContain(code);
      expect(await missing(traffic.acknowledged)).toEqual([]);
    },
    90_000,
  );

  it('starts while the broker is away, says so, and takes writes within 5 s of its return', async () => {
    await broker.stop();
    const store = open();
    await pauseMs(300);
    expect(await store.readiness()).toMatchObject({
      ready: false,
      reason: expect.stringMatching(new RegExp(`${broker.brokers[0]}.*ECONNREFUSED`)),
    });
    await expect(store.append([makeRecord(topics[0]?.name ?? '')])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await broker.start();
    await untilReady(store, 5_000);
    await store.append([makeRecord(topics[0]?.name ?? '')]);
  }, 60_000);

  it('finishes a write that waits when the broker returns before the deadline', async () => {
    const store = open({ writeTimeoutMs: 20_000 });
    await untilReady(store);
    await broker.kill();
    const record = makeRecord(topics[0]?.name ?? '');
    const write = store.append([record]);
    await broker.start();
    await write;
    expect(await missing(new Set([record.id]))).toEqual([]);
  }, 60_000);

  it('goes on reading over a restart of the broker', async () => {
    const store = open({ writeTimeoutMs: 15_000 });
    const ids = Array.from({ length: 20 }, () => makeRecord(topics[0]?.name ?? ''));
    const stop = new AbortController();
    const seen = new Map<string, string | undefined>();
    let count = 0;
    const { read } = createKafkaReader({ brokers: broker.brokers, clientId: 'reader', log, now: Date.now });
    await store.append(ids.slice(0, 10));
    const reading = (async () => {
      const from = 'start' as const;
      for await (const one of read({
        topics: topics.map(({ name }) => name),
        from,
        follow: true,
        signal: stop.signal,
      })) {
        count += 1;
        seen.set(`${one.topic}/${one.partition}/${one.offset}`, one.headers.ce_id);
        if (new Set(seen.values()).size === 20) stop.abort();
      }
    })();
    await pauseMs(500);
    await broker.stop();
    await broker.start();
    await store.append(ids.slice(10));
    await reading;
    expect([...new Set(seen.values())].toSorted()).toEqual(ids.map(({ id }) => id).toSorted());
    expect(count).toBe(seen.size);
  }, 60_000);

  it('uses another broker of the list when the first is silent or gone', async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const store = openStore(['127.0.0.1:1', `127.0.0.1:${port}`, ...broker.brokers], topics, { writeTimeoutMs: 2_000 });
    try {
      await untilReady(store, 8_000);
      await store.append([makeRecord(topics[0]?.name ?? '')]);
    } finally {
      await store.close();
      silent.close();
    }
  }, 30_000);
});
