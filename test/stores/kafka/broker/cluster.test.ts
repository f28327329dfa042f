import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { describeOwnKafka } from '../../../support/kafka.ts';
import { makeTopics } from '../support.ts';
import { type Cluster, startCluster } from './start.ts';

const TOPIC = 'cluster';

describeOwnKafka('a cluster of three', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ brokers: 3, minInSync: 2 });
  }, 300_000);
  afterAll(() => cluster?.close());

  it('replicates, and serves on without one of its nodes', async () => {
    const kafka = new Kafka({ brokers: cluster.brokers, logLevel: logLevel.NOTHING, requestTimeout: 5000 });
    const admin = kafka.admin();
    const producer = kafka.producer();
    await admin.connect();
    await makeTopics(admin, [{ topic: TOPIC, numPartitions: 1 }]);
    const [partition] = (await admin.fetchTopicMetadata({ topics: [TOPIC] })).topics[0]?.partitions ?? [];
    expect(partition?.replicas).toHaveLength(3);
    const leader = cluster.nodes.find(({ id }) => id === partition?.leader);

    await leader?.kill();
    await producer.connect();
    await producer.send({ topic: TOPIC, acks: -1, messages: [{ value: 'without the first leader' }] });
    await leader?.start();
    expect((await admin.fetchTopicOffsets(TOPIC))[0]?.high).toBe('1');
    await producer.disconnect();
    await admin.disconnect();
  }, 60_000);
});
