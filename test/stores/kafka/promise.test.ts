/**
 * The promise over a real process and a real Kafka, read back by our own reader, and by a consumer that is not kafkajs
 * where one is installed (else it says so in a line).
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeKafka } from '../../support/kafka.ts';
import { nameUpdateBody, post } from '../../support/name-update.ts';
import { type RunningService, SECRET, startServe } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';
import { type ForeignRecord, foreignConsumer } from './broker/foreign-consumer.ts';
import { readAll } from './support.ts';

const CONNECTIONS = 16;

describeKafka('hubcast serve on Kafka', (kafka) => {
  const prefix = `promise-${process.pid}-${Date.now()}`;
  const env = () => ({ KAFKA_BROKERS: kafka.brokers.join(','), TOPIC_PREFIX: prefix });
  let service: RunningService;

  beforeAll(async () => {
    service = await startServe(env());
  });
  afterAll(() => service.end('SIGKILL'));

  it('writes a signed POST with the key, headers and value of the contract', async () => {
    expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(1), SECRET)).status).toBe(200);
    for (const records of await readBack(kafka.brokers, `${prefix}.phone-numbers`)) expectTheOne(records);
  });

  function expectTheOne(records: readonly Read[]): void {
    expect(records).toHaveLength(1);
    const [record] = records;
    const event = JSON.parse(record?.payload ?? '');
    expect(record?.key).toBe('102290129340398:15550000001');
    expect(Object.fromEntries(record?.headers ?? [])).toEqual({
      'content-type': 'application/cloudevents+json',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: 'whatsapp.phone_number_name_update',
      ce_source: '/whatsapp/102290129340398',
      ce_subject: '15550000001',
      ce_time: '2025-02-12T00:43:44Z',
      ce_dataschema: 'urn:hubcast:whatsapp.phone_number_name_update:1',
      ce_app: 'main',
      traceparent: `00-${event.deliveryid.replaceAll('-', '')}-${event.deliveryid.replaceAll('-', '').slice(16)}-00`,
    });
    expect(event).toMatchObject({
      specversion: '1.0',
      type: 'whatsapp.phone_number_name_update',
      data: { account_id: '102290129340398', value: { decision: 'APPROVED' } },
    });
    expect(record?.timestampMs).toBe(Date.parse(event.receivedtime));
  }

  it('loses no POST that got a 200 when it is killed with -9 under load', async () => {
    const acknowledged = new Set<string>();
    let running = true;
    let next = 1000;
    const senders = Array.from({ length: CONNECTIONS }, async () => {
      while (running) {
        const number = next++;
        const status = await post(`${service.publicUrl}/webhook`, nameUpdateBody(number), SECRET).then(
          (response) => response.status,
          () => 0,
        );
        if (status === 200) acknowledged.add(String(15550000000 + number));
      }
    });
    try {
      await until(() => acknowledged.size >= 500);
      await service.end('SIGKILL');
    } finally {
      running = false;
    }
    await Promise.all(senders);
    service = await startServe(env());
    expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(2), SECRET)).status).toBe(200);
    for (const records of await readBack(kafka.brokers, `${prefix}.phone-numbers`)) {
      const stored = new Set(records.map(({ headers }) => Object.fromEntries(headers).ce_subject));
      expect([...acknowledged].filter((subject) => !stored.has(subject))).toEqual([]);
    }
  });

  it('says nothing of kafkajs to the user', async () => {
    expect(await service.end('SIGTERM')).toBe(0);
    for (const line of service.log) expect(() => JSON.parse(line)).not.toThrow();
  });
});

type Read = Pick<ForeignRecord, 'key' | 'headers' | 'payload' | 'timestampMs'>;

/** The topic as each reader there is sees it. */
async function readBack(brokers: readonly string[], topic: string): Promise<(readonly Read[])[]> {
  const own = (await readAll(brokers, [topic])).map(({ key, headers, value, timestampMs }) => {
    return { key, headers: Object.entries(headers), payload: value, timestampMs };
  });
  const foreign = await foreignConsumer(brokers, topic);
  return foreign === null ? [own] : [own, foreign];
}
