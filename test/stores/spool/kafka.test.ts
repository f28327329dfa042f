/** The spool over a real Kafka that fails, refuses and comes back. */
import { setTimeout as pauseMs } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import type { TopicPlan } from '../../../src/records/topic-plans.ts';
import { recordBytes } from '../../../src/stores/kafka/record-bytes.ts';
import { describeKafka, describeOwnKafka } from '../../support/kafka.ts';
import { patience } from '../../support/patience.ts';
import { until } from '../../support/until.ts';
import { withDataDir } from '../journal/support/scratch.ts';
import { type Broker, startBroker } from '../kafka/broker/start.ts';
import { createTopic, readDistinct, topicPlan } from '../kafka/support.ts';
import { makeRecord } from '../make-record.ts';
import { kafkaWriter, openTestSpool } from './support/open-test-spool.ts';

const idsOf = (records: readonly { readonly headers: Readonly<Record<string, string>> }[]) =>
  records.map(({ headers }) => headers.ce_id);

describeOwnKafka('the spool when its broker fails', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
  }, 300_000);
  afterAll(() => broker?.close(), 60_000);

  const outages: [string, (one: Broker) => Promise<void>, (one: Broker) => Promise<void>][] = [
    ['stopped', (one) => one.stop(), (one) => one.start()],
    ['killed', (one) => one.kill(), (one) => one.start()],
    ['frozen', (one) => one.freeze(), (one) => one.resume()],
  ];

  it.each(outages)(
    'takes everything while the broker is %s, and forwards it in order of each key',
    async (_how, fail, restore) => {
      await withDataDir(async (dataDir) => {
        const topics: TopicPlan[] = [topicPlan('messages'), topicPlan('accounts')];
        const spool = await openTestSpool(dataDir, { openKafka: () => kafkaWriter(broker.brokers, topics) });
        const stored: OutgoingRecord[] = [];
        const append = async () => {
          const n = stored.length;
          const record = makeRecord(topics[n % 2]?.name ?? '', { key: `key-${n % 7}` });
          stored.push(record);
          await spool.append([record]);
        };
        for (let n = 0; n < 200; n += 1) await append();
        await spool.caughtUp();
        const failing = fail(broker);
        let away = true;
        const appending = (async () => {
          while (away || stored.length < 600) {
            await append();
            await pauseMs(2);
          }
        })();
        await failing;
        await until(async () => {
          const readiness = await spool.readiness();
          return readiness.ready && (readiness.warnings ?? []).some((text) => text.includes('wait in the spool'));
        });
        await until(async () => (await spool.lag()).records > 100);
        await restore(broker);
        away = false;
        await appending;
        await spool.caughtUp();
        expect(await spool.lag()).toMatchObject({ records: 0, parked: 0 });
        await spool.close();

        const read = await readDistinct(
          broker.brokers,
          topics.map(({ name }) => name),
        );
        expect(new Set(idsOf(read))).toEqual(new Set(stored.map(({ id }) => id)));
        expectOrder(stored, read);
      });
    },
    90_000,
  );

  it('starts while the broker is away, is ready, and makes the topics when it comes', async () => {
    await withDataDir(async (dataDir) => {
      await broker.stop();
      const topic = topicPlan('messages');
      const spool = await openTestSpool(dataDir, { openKafka: () => kafkaWriter(broker.brokers, [topic]) });
      const records = Array.from({ length: 10 }, () => makeRecord(topic.name));
      await spool.append(records);
      expect(await spool.readiness()).toMatchObject({ ready: true, spool: { records: 10 } });
      await broker.start();
      await spool.caughtUp();
      await spool.close();
      expect(idsOf(await readDistinct(broker.brokers, [topic.name]))).toEqual(records.map(({ id }) => id));
    });
  }, 60_000);
});

function expectOrder(stored: readonly OutgoingRecord[], read: Awaited<ReturnType<typeof readDistinct>>): void {
  for (const [place, records] of Map.groupBy(read, ({ topic, key }) => `${topic}/${key}`)) {
    const expected = stored.filter(({ topic, key }) => `${topic}/${key}` === place).map(({ id }) => id);
    expect(idsOf(records)).toEqual(expected);
  }
}

describeKafka('the spool and records that Kafka refuses', (kafka) => {
  const letter = (topic: string, valueBytes: number) => (refused: OutgoingRecord, limitBytes: number) => {
    const made = { ...makeRecord(topic), headers: { of: refused.id }, value: 'x'.repeat(valueBytes) };
    return recordBytes(made) > limitBytes ? [] : [made];
  };

  it('makes dead letters of them, and parks what cannot even be one; the rest goes on', async () => {
    await withDataDir(async (dataDir) => {
      const plan = topicPlan('messages');
      const letters = topicPlan('dead-letter');
      await createTopic(kafka.brokers, plan.name, { 'max.message.bytes': '20000' });
      await createTopic(kafka.brokers, letters.name, { 'max.message.bytes': '20000' });
      const make = letter(letters.name, 100);
      const openKafka = () =>
        kafkaWriter(kafka.brokers, [plan, letters], {
          deadLetter: (refused, limit) => (refused.value.length > 50_000 ? [] : make(refused, limit)),
        });
      const spool = await openTestSpool(dataDir, { openKafka });
      const before = makeRecord(plan.name);
      const large = makeRecord(plan.name, { value: 'y'.repeat(30_000) });
      const hopeless = makeRecord(plan.name, { value: 'z'.repeat(60_000) });
      const after = makeRecord(plan.name);
      await spool.append([before, large, hopeless, after]);
      await spool.caughtUp();
      expect(await spool.lag()).toMatchObject({ records: 0, parked: 1 });
      await spool.close();
      expect(idsOf(await readDistinct(kafka.brokers, [plan.name]))).toEqual([before.id, after.id]);
      expect((await readDistinct(kafka.brokers, [letters.name])).map(({ headers }) => headers.of)).toEqual([large.id]);
    });
  }, 60_000);

  it('waits with a topic that is missing, in order, while others go on', async () => {
    await withDataDir(async (dataDir) => {
      const there = topicPlan('messages');
      const missing = topicPlan('accounts');
      await createTopic(kafka.brokers, there.name);
      const openKafka = () =>
        kafkaWriter(kafka.brokers, [there, missing], { createTopics: false, writeTimeoutMs: patience(1_000) });
      const spool = await openTestSpool(dataDir, { openKafka, drainTimeoutMs: 10 });
      const records = Array.from({ length: 40 }, (_, n) => makeRecord(n % 2 === 0 ? there.name : missing.name));
      await spool.append(records);
      await until(async () => {
        const readiness = await spool.readiness();
        return readiness.ready && (readiness.warnings ?? []).some((text) => text.includes(missing.name));
      });
      const ofTopic = (name: string) => records.filter(({ topic }) => topic === name).map(({ id }) => id);
      await until(async () => (await readDistinct(kafka.brokers, [there.name])).length === 20);
      await spool.close();

      const again = await openTestSpool(dataDir, { openKafka });
      await createTopic(kafka.brokers, missing.name);
      await again.caughtUp();
      await again.close();
      expect(idsOf(await readDistinct(kafka.brokers, [there.name]))).toEqual(ofTopic(there.name));
      const late = await readDistinct(kafka.brokers, [missing.name]);
      expect(new Set(idsOf(late))).toEqual(new Set(ofTopic(missing.name)));
    });
  }, 60_000);
});
