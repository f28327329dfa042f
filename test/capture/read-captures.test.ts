import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readCaptures } from '../../src/capture/read-captures.ts';
import { createReceive } from '../../src/receive.ts';
import type { OutgoingRecord, StoredRecord } from '../../src/records/record.ts';
import { toRefusedRecordDeadLetters } from '../../src/records/refused-record.ts';
import { batchOf } from '../../src/sdk/testing/batch-of.ts';
import { createKafkaReader } from '../../src/stores/kafka/reader.ts';
import { sendTo } from '../../src/webhook/send.ts';
import { readSignature, signPayload, toAppSecret } from '../../src/webhook/signature.ts';
import { createTopic, log } from '../stores/kafka/support.ts';
import { collect } from '../support/collect.ts';
import { describeKafka } from '../support/kafka.ts';
import { runCli } from '../support/run-cli.ts';
import { APP_SECRET, startTestService } from '../support/start-service.ts';

const RAW = 'whatsapp.raw';
const secret = toAppSecret('s');

async function captured(body: Buffer, headers: Record<string, string> = {}): Promise<OutgoingRecord> {
  const stored: OutgoingRecord[] = [];
  const receive = createReceive({
    append: async (records) => void stored.push(...records),
    appSecrets: [secret],
    app: 'main',
    naming: { prefix: 'whatsapp', names: {} },
    families: [],
    capture: true,
  });
  const signature = readSignature(signPayload(body, secret));
  const request = {
    body,
    signature,
    headers,
    traceparent: undefined,
    receivedMs: 1_750_000_000_000,
    deliveryId: randomUUID(),
  };
  await receive(request);
  return stored.at(-1) as OutgoingRecord;
}

function letters(record: OutgoingRecord): OutgoingRecord[] {
  return toRefusedRecordDeadLetters(record, { topic: 'whatsapp.dead-letter', limitBytes: 4096, reason: 'too large' });
}

async function* stored(records: Iterable<OutgoingRecord>): AsyncGenerator<StoredRecord> {
  let offset = 0;
  for (const record of records) {
    yield { ...record, partition: 0, offset: String(offset) };
    offset += 1;
  }
}

async function bodiesOf(records: Iterable<OutgoingRecord>) {
  const captures = readCaptures(stored(records), new Set([RAW]));
  const bodies = (await collect(captures.requests)).map(({ body }) => Buffer.from(body).toString());
  return { bodies, ...captures.counts() };
}

describe('a captured request', () => {
  it('is stored with its content type and user agent, and nothing else of its headers', async () => {
    const { topic, key, value } = await captured(Buffer.from('{}'), {
      'content-type': 'application/json',
      'user-agent': 'x'.repeat(1000),
      cookie: 'a=b',
      authorization: 'Bearer x',
      'x-hub-signature-256': 'sha256=0',
    });
    const { type, data } = JSON.parse(value);
    expect({ topic, key, type, headers: data.headers }).toEqual({
      topic: RAW,
      key: null,
      type: 'whatsapp.raw.request',
      headers: { 'content-type': 'application/json', 'user-agent': 'x'.repeat(256) },
    });
  });

  it('is told apart by its bytes alone, and captured again with each press of the Test button', async () => {
    const [one, same, other] = await Promise.all(['{}', '{}', '{ }'].map((text) => captured(Buffer.from(text))));
    expect(one?.id).toBe(same?.id);
    expect(one?.id).not.toBe(other?.id);
    const test = await captured(Buffer.from(batchOf(1).replace('"id":"102290129340398"', '"id":"0"')));
    expect([one?.repeatable, test.repeatable]).toEqual([false, true]);
  });

  it('that was too large for its topic is put together from its chunks, whatever else lies between', async () => {
    const [large, larger] = await Promise.all(
      [40, 80].map((count) => captured(Buffer.from(batchOf(count, 'messages')))),
    );
    const small = await captured(Buffer.from(batchOf(1)));
    const [one, two] = [letters(large as OutgoingRecord), letters(larger as OutgoingRecord)];
    expect(one.length).toBeGreaterThan(3);
    const mixed = two.flatMap((letter, index) => [letter, ...one.slice(index, index + 1), ...two.slice(0, index % 2)]);
    const { bodies, ...counts } = await bodiesOf([small, ...mixed]);
    expect(bodies.map(({ length }) => length)).toEqual(
      [batchOf(1), batchOf(40, 'messages'), batchOf(80, 'messages')].map(({ length }) => length),
    );
    expect(counts).toEqual({
      joined: 2,
      incomplete: 0,
      foreign: 0,
    });
  });

  it('of which a chunk is missing is counted, as are records of others', async () => {
    const large = await captured(Buffer.from(batchOf(40, 'messages')));
    const foreign = { ...large, value: 'no JSON' };
    const forged = {
      ...letters(large)[0],
      value: '{"event_type":"whatsapp.raw.request","data":{"chunk":1}',
    } as OutgoingRecord;
    expect(await bodiesOf([foreign, forged, ...letters(large).slice(1)])).toEqual({
      bodies: [],
      joined: 0,
      incomplete: 1,
      foreign: 1,
    });
  });
});

describeKafka('captures in Kafka', (kafka) => {
  it('are all exported: those that topics take, in one partition and in order, and those that are too large', async () => {
    const prefix = `capture-${randomUUID().slice(0, 8)}`;
    for (const family of ['raw', 'dead-letter']) {
      await createTopic(kafka.brokers, `${prefix}.${family}`, { 'max.message.bytes': '20000' });
    }
    const env = { KAFKA_BROKERS: kafka.brokers.join(), TOPIC_PREFIX: prefix };
    const service = await startTestService({ ...env, CAPTURE: 'on' });
    const bodies = [...Array.from({ length: 20 }, (_, index) => batchOf(index + 1)), batchOf(300)];
    for (const body of bodies) {
      expect((await sendTo(service.webhookUrl, body, { secret: APP_SECRET })).status).toBe(200);
    }
    await service.remove();
    const reader = createKafkaReader({ clientId: 'test', brokers: kafka.brokers, now: () => performance.now(), log });
    const raw = await collect(reader.read({ topics: [`${prefix}.raw`], from: 'start', follow: false }));
    expect([raw.length, new Set(raw.map(({ partition }) => partition)).size]).toEqual([20, 1]);
    const { stdout, stderr, code } = await runCli(['capture', 'export'], { env });
    const exported = stdout
      .trim()
      .split('\n')
      .map((line) => Buffer.from(JSON.parse(line).body_base64, 'base64').toString());
    // One after the other within each of the two topics; the large one comes when its topic is read.
    expect(exported.filter((body) => body !== bodies.at(-1))).toEqual(bodies.slice(0, -1));
    expect(exported.filter((body) => body === bodies.at(-1))).toHaveLength(1);
    expect([code, stderr]).toEqual([
      0,
      '21 of 21 captured requests written.\n1 were larger than their topic accepts; they are out of order.\n',
    ]);
  });
});
