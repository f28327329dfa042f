/** The watch when the broker is away in the middle of it: nothing is lost, nothing is told under two ids. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Broker, startBroker } from '../../stores/kafka/broker/start.ts';
import { readAll } from '../../stores/kafka/support.ts';
import { ACCOUNT, NUMBER, standInWith } from '../../support/graph.ts';
import { describeOwnKafka } from '../../support/kafka.ts';
import { post } from '../../support/name-update.ts';
import { SECRET, startServe } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';

describeOwnKafka('the watch while its broker is stopped', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
  }, 300_000);
  afterAll(() => broker?.close(), 60_000);
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  it('tells what changed meanwhile once it is back, and refuses webhooks until then', async () => {
    const graph = await standInWith({
      accounts: [{ id: ACCOUNT, numbers: [{ ...NUMBER, quality_rating: 'GREEN' }] }],
      callsPerHour: 100_000,
    });
    const prefix = `outage-${process.pid}-${Date.now()}`;
    const service = await startServe({
      KAFKA_BROKERS: broker.brokers.join(','),
      TOPIC_PREFIX: prefix,
      META_GRAPH_URL: graph.url,
      META_ACCESS_TOKEN: graph.accessToken,
      META_APPSECRET_PROOF: 'off',
      WABA_IDS: ACCOUNT,
      PHONE_NUMBERS_WATCH_SECONDS: '1',
      WRITE_TIMEOUT_MS: '1500',
    });
    cleanups.push(() => service.end('SIGKILL'));
    const told = async (family: string, type: string) =>
      (await readAll(broker.brokers, [`${prefix}.${family}`]))
        .filter(({ headers }) => headers.ce_type === type)
        .map(({ value }) => JSON.parse(value));
    await until(async () => (await told('phone-number-state', 'whatsapp.phone_number.list')).length > 0, 40_000);
    await broker.stop();
    graph.change(NUMBER.id, { quality_rating: 'RED' });
    const reads = graph.calls.length;
    await until(() => graph.calls.length > reads);
    const pin = { display_phone_number: '16315555555', event: 'PIN_RESET_REQUEST' };
    const entry = [{ id: ACCOUNT, time: Math.floor(Date.now() / 1000), changes: [{ field: 'security', value: pin }] }];
    const body = Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry }));
    const send = async () => (await post(`${service.publicUrl}/webhook`, body, SECRET)).status;
    expect(await send()).toBe(503);
    // Longer than the leader's session: it gives up its hold, and must ask for it again.
    await sleep(11_000);
    await broker.start();
    // As Meta does.
    await until(async () => (await send()) === 200, 40_000);
    const changes = () => told('phone-numbers', 'whatsapp.phone_number.changed');
    await until(async () => (await changes()).length > 0, 40_000);
    await until(async () => {
      const state = (await told('phone-number-state', 'whatsapp.phone_number.state')).at(-1);
      return state.data.state.quality_rating === 'RED' && state.data.state.pin_reset_requested === true;
    }, 40_000);
    // Both may be told in one, or again under the same id.
    const versions = new Map((await changes()).map(({ id, data }) => [id, data.state_version]));
    expect([[2], [2, 3]]).toContainEqual([...versions.values()].toSorted());
  }, 180_000);
});
