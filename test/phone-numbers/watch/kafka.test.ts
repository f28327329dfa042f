/** The watch over phone numbers by two real replicas on a real Kafka: one keeps, and what happens to it loses nothing. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StoredRecord } from '../../../src/records/record.ts';
import type { GraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { readDistinct } from '../../stores/kafka/support.ts';
import { ACCOUNT, NUMBER } from '../../support/graph.ts';
import { describeKafka } from '../../support/kafka.ts';
import { nameUpdateBody, post } from '../../support/name-update.ts';
import { type RunningService, SECRET, startServe } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';

/** A silent leader is replaced after 10 s. */
const TAKE_OVER_MS = 40_000;

describeKafka('the watch by two replicas', (kafka) => {
  const prefix = `watch-${process.pid}-${Date.now()}`;
  const stateTopic = `${prefix}.phone-number-state`;
  let graph: GraphStandIn;
  let replicas: RunningService[] = [];
  let facing: RunningService;

  const env = () => ({
    KAFKA_BROKERS: kafka.brokers.join(','),
    TOPIC_PREFIX: prefix,
    META_GRAPH_URL: graph.url,
    META_ACCESS_TOKEN: graph.accessToken,
    WABA_IDS: ACCOUNT,
    PHONE_NUMBERS_WATCH_SECONDS: '1',
  });
  const ofType = (records: readonly StoredRecord[], type: string) =>
    records.filter(({ headers }) => headers.ce_type === type).map(({ value }) => JSON.parse(value));
  const changes = async () =>
    ofType(await readDistinct(kafka.brokers, [`${prefix}.phone-numbers`]), 'whatsapp.phone_number.changed');
  const states = async () => readDistinct(kafka.brokers, [stateTopic]);
  const keeps = ({ log }: RunningService) => log.some((line) => line.includes('this replica keeps the state'));
  const change = (quality: string) => graph.change(NUMBER.id, { quality_rating: quality });
  const ratings = async () =>
    (await changes()).map(({ data }) => `${data.before.quality_rating} ${data.after.quality_rating}`);
  const ids = async () => new Set((await changes()).map(({ id }) => id)).size;

  beforeAll(async () => {
    const numbers = [{ ...NUMBER, quality_rating: 'GREEN', status: 'CONNECTED' }];
    graph = await startGraphStandIn({ accounts: [{ id: ACCOUNT, numbers }], callsPerHour: 100_000 });
    replicas = await Promise.all([startServe(env()), startServe(env())]);
    facing = await startServe({ KAFKA_BROKERS: kafka.brokers.join(','), TOPIC_PREFIX: prefix, ROLES: 'receive' });
  }, 60_000);
  afterAll(async () => {
    for (const { child } of replicas) child.kill('SIGCONT');
    await Promise.all([...replicas, facing].map((service) => service.end('SIGKILL')));
    await graph.close();
  });

  it('is kept by one of them, which tells once that a number went from GREEN to RED', async () => {
    await until(async () => ofType(await states(), 'whatsapp.phone_number.list').length > 0, TAKE_OVER_MS);
    expect(replicas.filter(keeps)).toHaveLength(1);
    change('RED');
    await until(async () => (await changes()).length > 0);
    const reads = graph.calls.length;
    await until(() => graph.calls.length > reads + 2);
    expect(await ratings()).toEqual(['GREEN RED']);
    const [changed] = await changes();
    expect(changed).toMatchObject({
      source: `/whatsapp/${ACCOUNT}`,
      subject: '16315555555',
      data: { changed: ['quality_rating'], phone_number: { id: NUMBER.id, known: true }, state_version: 2 },
    });
  }, 60_000);

  it('tells a replica without Graph which numbers are known', async () => {
    const digitsOf = async () =>
      ofType(await readDistinct(kafka.brokers, [`${prefix}.phone-numbers`]), 'whatsapp.phone_number_name_update').map(
        ({ data }) => data.phone_number,
      );
    await until(async () => (await fetch(`${facing.internalUrl}/phone-numbers/${NUMBER.id}`)).status === 200);
    const known = nameUpdateBody(1).toString().replace('15550000001', '16315555555');
    expect((await post(`${facing.publicUrl}/webhook`, Buffer.from(known), SECRET)).status).toBe(200);
    expect((await post(`${facing.publicUrl}/webhook`, nameUpdateBody(2), SECRET)).status).toBe(200);
    expect((await digitsOf()).sort((a, b) => (a.digits < b.digits ? -1 : 1))).toEqual([
      { digits: '15550000002', id: null, known: false },
      { digits: '16315555555', id: NUMBER.id, known: true },
    ]);
    const answer = await fetch(`${facing.internalUrl}/phone-numbers`);
    expect(await answer.json()).toMatchObject({
      data: [{ phone_number_id: NUMBER.id, source: 'state', value: { quality_rating: 'RED' } }],
    });
  }, 60_000);

  it('is moved by kill -9 of the leader, and tells what happened meanwhile', async () => {
    const [leader, other] = keeps(replicas[0] as RunningService) ? replicas : replicas.toReversed();
    await leader?.end('SIGKILL');
    change('YELLOW');
    await until(() => keeps(other as RunningService), TAKE_OVER_MS);
    await until(async () => (await ratings()).includes('RED YELLOW'), TAKE_OVER_MS);
    replicas = [other as RunningService];
  }, 120_000);

  it('survives a leader that is frozen past its session and wakes: nothing is told twice under two ids', async () => {
    const [leader] = replicas as [RunningService];
    const other = await startServe(env());
    replicas.push(other);
    leader.child.kill('SIGSTOP');
    change('GREEN');
    await until(() => keeps(other), TAKE_OVER_MS);
    await until(async () => (await ratings()).includes('YELLOW GREEN'), TAKE_OVER_MS);
    leader.child.kill('SIGCONT');
    change('RED');
    await until(async () => (await ratings()).filter((text) => text === 'GREEN RED').length > 1);
    const reads = graph.calls.length;
    await until(() => graph.calls.length > reads + 4);
    const told = await changes();
    expect(told.map(({ data }) => data.state_version).toSorted()).toEqual(
      expect.arrayContaining(Array.from({ length: await ids() }, (_, index) => index + 2)),
    );
    const last = ofType(await states(), 'whatsapp.phone_number.state').at(-1);
    expect(last.data).toMatchObject({ state: { quality_rating: 'RED' } });
    const generations = (await states()).map(({ headers }) => Number(headers.generation));
    expect(generations.at(-1)).toBe(Math.max(...generations));
  }, 120_000);
});
