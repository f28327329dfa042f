import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { partitionFor } from '../../../src/records/partition.ts';
import type { StoredRecord } from '../../../src/records/record.ts';
import { createKafkaReader } from '../../../src/stores/kafka/reader.ts';
import { describeKafka } from '../../support/kafka.ts';
import { createTopic, log, makeRecord, openStore, topicPlan } from './support.ts';

const away = createKafkaReader({ brokers: ['127.0.0.1:1'], clientId: 'reader', log, now: Date.now, patienceMs: 300 });

describe('a reader whose Kafka is away', () => {
  it('says so when its patience ends, also when it should follow', async () => {
    for (const follow of [true, false]) {
      const reading = away
        .read({ topics: ['t'], from: 'start', follow })
        [Symbol.asyncIterator]()
        .next();
      await expect(reading).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('Kafka at 127.0.0.1:1 cannot be read'),
      });
    }
    await expect(away.listTopics()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('ends without an error when its signal aborts', async () => {
    const records = away.read({ topics: ['t'], from: 'start', follow: true, signal: AbortSignal.timeout(50) });
    for await (const record of records) throw new Error(`unexpected ${record.value}`);
  });
});

async function valuesOf(records: AsyncIterable<StoredRecord>): Promise<string[]> {
  const values: string[] = [];
  for await (const { value } of records) values.push(value);
  return values;
}

describeKafka('a reader', (kafka) => {
  const reader = () => createKafkaReader({ brokers: kafka.brokers, clientId: 'reader', log, now: Date.now });

  it('begins with the first record that is still kept', async () => {
    const { name } = topicPlan('messages');
    await createTopic(kafka.brokers, name);
    const store = openStore(kafka.brokers, []);
    await store.append(['0', '1', '2', '3'].map((value) => makeRecord(name, { key: null, value })));
    await store.close();
    const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: 0 }).admin();
    await admin.connect();
    // kafkajs knows no leaders before it was asked for offsets.
    await admin.fetchTopicOffsets(name);
    await admin.deleteTopicRecords({
      topic: name,
      partitions: [{ partition: partitionFor(name, null, 3), offset: '2' }],
    });
    await admin.disconnect();
    expect(await valuesOf(reader().read({ topics: [name], from: 'start', follow: false }))).toEqual(['2', '3']);
  });

  it('shows records of others before their transaction ends, and no markers of transactions', async () => {
    const { name } = topicPlan('messages');
    await createTopic(kafka.brokers, name);
    const producer = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: 0 }).producer({
      transactionalId: name,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: () => () => 0,
    });
    await producer.connect();
    for (const value of ['committed', 'open']) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: name, messages: [{ value }] });
      if (value === 'committed') await transaction.commit();
      else {
        const read = reader().read({ topics: [name], from: 'start', follow: false });
        expect(await valuesOf(read)).toEqual(['committed', 'open']);
        await transaction.abort();
      }
    }
    await producer.disconnect();
    expect(await valuesOf(reader().read({ topics: [name], from: 'start', follow: false }))).toEqual([
      'committed',
      'open',
    ]);
  }, 60_000);
});
