import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { describeOwnKafka } from '../../../support/kafka.ts';
import { makeTopics } from '../support.ts';
import { dockerEngine } from './engine.ts';
import { foreignConsumer } from './foreign-consumer.ts';
import { type Broker, startBroker } from './start.ts';

const TOPIC = 'own-broker';
const START_TIMEOUT_MS = 300_000;

function clientOf({ brokers }: Broker, requestTimeout = 5000): Kafka {
  return new Kafka({ brokers, logLevel: logLevel.NOTHING, requestTimeout, retry: { retries: 0 } });
}

async function write(broker: Broker, value: string, requestTimeout?: number): Promise<void> {
  const producer = clientOf(broker, requestTimeout).producer();
  await producer.connect();
  try {
    await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'key', value, headers: { name: 'header' } }] });
  } finally {
    await producer.disconnect();
  }
}

async function offsetAfterLast(broker: Broker): Promise<string | undefined> {
  const admin = clientOf(broker).admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(TOPIC))[0]?.high;
  } finally {
    await admin.disconnect();
  }
}

describeOwnKafka('a broker of a suite own', () => {
  let broker: Broker;

  beforeAll(async () => {
    broker = await startBroker({ properties: { 'message.max.bytes': 2000 } });
    const admin = clientOf(broker).admin();
    await admin.connect();
    await makeTopics(admin, [{ topic: TOPIC, numPartitions: 1 }]);
    await admin.disconnect();
  }, START_TIMEOUT_MS);
  afterAll(() => broker?.close());

  it('stores what is written, and another client reads it', async () => {
    await write(broker, 'first');
    expect(await offsetAfterLast(broker)).toBe('1');
    const records = await foreignConsumer(broker.brokers, TOPIC);
    if (records === null) return;
    expect(records).toEqual([
      {
        partition: 0,
        offset: 0,
        timestampMs: expect.any(Number),
        key: 'key',
        headers: [['name', 'header']],
        payload: 'first',
      },
    ]);
  });

  it('takes settings of its own', async () => {
    await expect(write(broker, 'x'.repeat(3000))).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
  });

  it('comes back on the same port with its data after kill -9', async () => {
    await broker.kill();
    await expect(write(broker, 'while it is dead')).rejects.toThrow();
    await broker.start();
    expect(await offsetAfterLast(broker)).toBe('1');
    await write(broker, 'after kill');
    expect(await offsetAfterLast(broker)).toBe('2');
  });

  it('comes back after a controlled stop', async () => {
    await broker.stop();
    await expect(write(broker, 'while it is stopped')).rejects.toThrow();
    await broker.start();
    await write(broker, 'after stop');
    expect(await offsetAfterLast(broker)).toBe('3');
  });

  it('answers nothing while frozen, and again once resumed', async () => {
    await broker.freeze();
    await expect(write(broker, 'while it is frozen', 500)).rejects.toThrow(/timed out|timeout/i);
    await broker.resume();
    await write(broker, 'after freeze');
    expect(Number(await offsetAfterLast(broker))).toBeGreaterThanOrEqual(4);
  });

  it('says why it does not start', async () => {
    const refused = startBroker({ properties: { 'num.io.threads': -1 } });
    await expect(refused).rejects.toThrow(/num\.io\.threads/);
  });

  it('leaves nothing behind when closed', async () => {
    const place = broker.place();
    await broker.close();
    if ('container' in place) {
      const engine = await dockerEngine();
      await expect(engine?.container.getById(place.container).inspect()).rejects.toMatchObject({ statusCode: 404 });
      return;
    }
    expect(place.pid).not.toBeNull();
    expect(() => process.kill(Number(place.pid), 0)).toThrow('ESRCH');
    expect(existsSync(place.folder)).toBe(false);
  });
});
