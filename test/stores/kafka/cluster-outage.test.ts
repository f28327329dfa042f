import { setTimeout as pauseMs } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Store } from '../../../src/stores/store.ts';
import { describeOwnKafka } from '../../support/kafka.ts';
import { patience } from '../../support/patience.ts';
import { type Cluster, startCluster } from './broker/start.ts';
import { openStore, topicPlan, untilReady } from './support.ts';
import { missingIds, startTraffic } from './traffic.ts';

describeOwnKafka('the Kafka store on a cluster that loses a broker', () => {
  let cluster: Cluster;
  let store: Store | undefined;

  beforeAll(async () => {
    cluster = await startCluster({ brokers: 3, minInSync: 2, heapMb: 256 });
  }, 300_000);
  afterAll(async () => {
    await store?.close();
    await cluster?.close();
  }, 60_000);

  it('loses nothing it acknowledged while leaders are killed, stopped and frozen', async () => {
    const topics = [topicPlan('phone-numbers'), topicPlan('messages')];
    store = openStore(cluster.brokers, topics, { partitions: 6, replicationFactor: 3, writeTimeoutMs: 4000 });
    await untilReady(store);
    const traffic = startTraffic(store, topics);
    const [first, second, third] = cluster.nodes;
    if (!first || !second || !third) throw new Error('three nodes');
    const faults = [
      { fail: () => first.kill(), restore: () => first.start() },
      { fail: () => second.stop(), restore: () => second.start() },
      { fail: () => third.freeze(), restore: () => third.resume() },
    ];
    for (const { fail, restore } of faults) {
      await pauseMs(500);
      await fail();
      // Until the controller has noticed. Then two of three replicas are enough, and writing goes on without the third.
      await pauseMs(6000);
      const before = traffic.acknowledged.size;
      for (let waitedMs = 0; traffic.acknowledged.size === before && waitedMs < 15_000; waitedMs += 50)
        await pauseMs(50);
      expect(traffic.acknowledged.size).toBeGreaterThan(before);
      await restore();
      await untilReady(store, 15_000);
      await pauseMs(2000);
    }
    await traffic.stop();
    expect(await missingIds(cluster.brokers, topics, traffic.acknowledged)).toEqual([]);
    expect(traffic.slowestMs()).toBeLessThan(patience(4_500));
  }, 120_000);
});
