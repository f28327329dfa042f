import { expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { describeKafka } from '../../../support/kafka.ts';

describeKafka('the shared broker', (kafka) => {
  it('answers with metadata', async () => {
    const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    expect((await admin.describeCluster()).brokers.length).toBeGreaterThan(0);
    await admin.disconnect();
  });
});
