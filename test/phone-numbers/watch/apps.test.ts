/** The watch with several Meta apps: each app's numbers are kept in the topics of that app. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { StoredRecord } from '../../../src/records/record.ts';
import { readDistinct } from '../../stores/kafka/support.ts';
import { ACCOUNT, NUMBER, OTHER_ACCOUNT, standInWith } from '../../support/graph.ts';
import { describeKafka } from '../../support/kafka.ts';
import { startServe } from '../../support/run-cli.ts';
import { postSigned, signatureOf } from '../../support/signed-request.ts';
import { startTestService } from '../../support/start-service.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const BANK_NUMBER = { id: '106540352242923', display_phone_number: '+1 631-555-6666', quality_rating: 'GREEN' };
const graphOfTwo = () =>
  standInWith({
    accounts: [
      { id: ACCOUNT, numbers: [{ ...NUMBER, quality_rating: 'GREEN' }] },
      { id: OTHER_ACCOUNT, numbers: [BANK_NUMBER] },
    ],
    callsPerHour: 100_000,
  });

/** @param token null: a replica that only faces Meta */
function appsWith(token: string | null, prefix: string): string {
  const access = token === null ? {} : { access_token: token };
  const app = (name: string, account: string) => ({
    name,
    secrets: [`${name}-secret`],
    verify_token: 't',
    accounts: [account],
    topic_prefix: `${prefix}${name}`,
    ...access,
  });
  return JSON.stringify([
    app('shop', ACCOUNT),
    app('bank', OTHER_ACCOUNT),
    { ...app('idle', '1'), access_token: undefined },
  ]);
}

const namesOf = (records: readonly StoredRecord[], type: string) =>
  records
    .filter(({ headers }) => headers.ce_type === type)
    .map(({ topic, key, value }) => `${topic} ${key} ${JSON.parse(value).app}`)
    .toSorted();

describe('the watch over the numbers of two apps', () => {
  it('keeps and tells each in the topics of its app, on the journal', async () => {
    const graph = await graphOfTwo();
    const service = await startTestService({
      META_APPS: appsWith(graph.accessToken, ''),
      META_GRAPH_URL: graph.url,
      META_APPSECRET_PROOF: 'off',
      PHONE_NUMBERS_WATCH_SECONDS: '1',
    });
    cleanups.push(service.remove);
    const told = async (type: string) => namesOf(await service.records(), type);
    await until(async () => (await told('whatsapp.phone_number.list')).length === 2);
    expect(await told('whatsapp.phone_number.state')).toEqual([
      `bank.phone-number-state ${OTHER_ACCOUNT}:16315556666 bank`,
      `shop.phone-number-state ${ACCOUNT}:16315555555 shop`,
    ]);
    graph.change(BANK_NUMBER.id, { quality_rating: 'RED' });
    await until(async () => (await told('whatsapp.phone_number.changed')).length > 0);
    expect(await told('whatsapp.phone_number.changed')).toEqual([
      `bank.phone-numbers ${OTHER_ACCOUNT}:16315556666 bank`,
    ]);
  }, 60_000);
});

describeKafka('the watch over the numbers of two apps on Kafka', (kafka) => {
  it('is followed by a replica without tokens, whose events carry the ids of both', async () => {
    const graph = await graphOfTwo();
    const prefix = `watch-apps-${process.pid}-${Date.now()}.`;
    const env = (token: string | null) => ({
      KAFKA_BROKERS: kafka.brokers.join(','),
      META_APPS: appsWith(token, prefix),
      META_GRAPH_URL: graph.url,
      META_APPSECRET_PROOF: 'off',
      PHONE_NUMBERS_WATCH_SECONDS: '1',
    });
    const leader = await startServe(env(graph.accessToken));
    cleanups.push(() => leader.end('SIGKILL'));
    const facing = await startServe({ ...env(null), ROLES: 'receive' });
    cleanups.push(() => facing.end('SIGKILL'));
    const topics = ['shop', 'bank'].map((app) => `${prefix}${app}.phone-numbers`);
    const numbersOf = async () =>
      (await (await fetch(`${facing.internalUrl}/phone-numbers`)).json()) as { data?: { account_id: string }[] };
    await until(async () => (await numbersOf()).data?.length === 2, 40_000);
    for (const [app, account, digits] of [
      ['shop', ACCOUNT, '16315555555'],
      ['bank', OTHER_ACCOUNT, '16315556666'],
    ] as const) {
      const value = { display_phone_number: digits, event: 'PIN_CHANGED' };
      const body = JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [{ id: account, time: 1_763_800_000, changes: [{ field: 'security', value }] }],
      });
      const signature = { 'x-hub-signature-256': signatureOf(body, `${app}-secret`) };
      expect((await postSigned(`${facing.publicUrl}/webhook/${app}`, body, signature)).status).toBe(200);
    }
    const numbers = (await readDistinct(kafka.brokers, topics))
      .filter(({ headers }) => headers.ce_type === 'whatsapp.security')
      .map(({ value }) => JSON.parse(value).data.phone_number);
    expect(numbers.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { digits: '16315555555', id: NUMBER.id, known: true },
      { digits: '16315556666', id: BANK_NUMBER.id, known: true },
    ]);
  }, 120_000);
});
