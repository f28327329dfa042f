/** KAFKA_VALUE_FORMAT=registry on a real broker: what stands in the topics, and that all our own readers read it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { decodeEvent } from '../../../src/sdk/index.ts';
import { describeKafka } from '../../support/kafka.ts';
import { nameUpdateBody, post } from '../../support/name-update.ts';
import { type RegistryStandIn, startRegistryStandIn } from '../../support/registry-stand-in.ts';
import { type RunningService, runCli, SECRET, startServe } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';
import { readDistinct } from './support.ts';

describeKafka('KAFKA_VALUE_FORMAT=registry', (kafka) => {
  const prefix = `registry-${randomBytes(4).toString('hex')}`;
  const topic = `${prefix}.phone-numbers`;
  let registry: RegistryStandIn;
  const services: RunningService[] = [];
  const env = () => ({
    KAFKA_BROKERS: kafka.brokers.join(','),
    TOPIC_PREFIX: prefix,
    KAFKA_VALUE_FORMAT: 'registry',
    SCHEMA_REGISTRY_URL: registry.url,
    SCHEMA_REGISTRY_USERNAME: 'hubcast',
    SCHEMA_REGISTRY_PASSWORD: 'a password of the registry',
  });

  beforeAll(async () => {
    registry = await startRegistryStandIn();
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.end('SIGKILL')));
    await registry.close();
  });

  async function start(): Promise<RunningService> {
    const service = await startServe(env());
    services.push(service);
    return service;
  }

  /** The values as they stand in the topic. */
  async function rawValues(count: number): Promise<readonly Buffer[]> {
    const consumer = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: 0 }).consumer({
      groupId: `${prefix}-${randomBytes(4).toString('hex')}`,
    });
    const values = new Map<string, Buffer>();
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      async eachMessage({ message: { value } }) {
        if (value !== null) values.set(value.toString('latin1'), value);
      },
    });
    await until(() => values.size >= count);
    await consumer.disconnect();
    return [...values.values()];
  }

  it('puts the id of its schema before a value; our readers and the kit read it as any other', async () => {
    const service = await start();
    expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(1), SECRET)).status).toBe(200);
    expect(await warningsOf(service)).toEqual([]);
    const [value = Buffer.alloc(0)] = await rawValues(1);
    const schema = registry.subjects.get('PhoneNumberNameUpdate')?.[0] ?? '';
    const { id } = await lookUp('PhoneNumberNameUpdate', schema);
    expect([value[0], value.readInt32BE(1), value[5]]).toEqual([0, id, '{'.charCodeAt(0)]);
    expect(decodeEvent({ value })).toMatchObject({ type: 'whatsapp.phone_number_name_update', subject: '15550000001' });
    const [stored] = await readDistinct(kafka.brokers, [topic]);
    expect(stored?.value).toBe(value.subarray(5).toString());
    const listed = await runCli(['events', '--format', 'json'], { env: env() });
    expect(listed.stdout).toContain('"subject":"15550000001"');
    const header = `Basic ${Buffer.from('hubcast:a password of the registry').toString('base64')}`;
    expect(new Set(registry.requests.flatMap(({ authorization }) => authorization ?? []))).toEqual(new Set([header]));
    await service.end('SIGTERM');
  }, 60_000);

  it('takes webhooks while the registry is away, says so, and goes on with ids when it is back', async () => {
    registry.answering = () => ({ status: 503, body: {} });
    const service = await start();
    expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(2), SECRET)).status).toBe(200);
    expect((await warningsOf(service)).join()).toMatch(/Schema registry at .*: it answered with status 503/);
    registry.answering = () => undefined;
    await until(async () => (await warningsOf(service)).length === 0);
    expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(3), SECRET)).status).toBe(200);
    // And when it is away again, the ids are known.
    registry.answering = () => null;
    expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(4), SECRET)).status).toBe(200);
    const values = await rawValues(4);
    const framed = new Map(values.map((value) => [decodeEvent({ value }).subject, value[0] === 0]));
    expect(Object.fromEntries(framed)).toEqual({
      15550000001: true,
      15550000002: false,
      15550000003: true,
      15550000004: true,
    });
  }, 60_000);

  async function warningsOf({ internalUrl }: RunningService): Promise<readonly string[]> {
    const { warnings = [] } = (await (await fetch(`${internalUrl}/ready`)).json()) as { warnings?: readonly string[] };
    return warnings;
  }

  async function lookUp(subject: string, schema: string): Promise<{ id: number }> {
    const response = await fetch(`${registry.url}/subjects/${subject}`, {
      method: 'POST',
      body: JSON.stringify({ schemaType: 'JSON', schema }),
    });
    return (await response.json()) as { id: number };
  }
});
