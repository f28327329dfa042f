/** The watch over phone numbers in one process, on the journal. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { StoredRecord } from '../src/records/record.ts';
import { ACCOUNT, NUMBER, standInWith } from './support/graph.ts';
import { startTestService, type TestService } from './support/start-service.ts';
import { until } from './support/until.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const GREEN = { ...NUMBER, quality_rating: 'GREEN', status: 'CONNECTED' };
const envOf = (graph: { url: string; accessToken: string }) => ({
  META_GRAPH_URL: graph.url,
  META_ACCESS_TOKEN: graph.accessToken,
  WABA_IDS: ACCOUNT,
  PHONE_NUMBERS_WATCH_SECONDS: '1',
});

async function start(env: Record<string, string>): Promise<TestService> {
  const service = await startTestService(env);
  cleanups.push(service.remove);
  return service;
}

const ofType = (records: readonly StoredRecord[], type: string) =>
  records.filter(({ headers }) => headers.ce_type === type).map(({ value }) => JSON.parse(value));
const changesIn = async (service: TestService) =>
  ofType(await service.records(), 'whatsapp.phone_number.changed').map(({ data }) => data);
const listsIn = async (service: TestService) => ofType(await service.records(), 'whatsapp.phone_number.list');

describe('the watch on the journal', () => {
  it('tells once that a number went from GREEN to RED', async () => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [GREEN] }] });
    const service = await start(envOf(graph));
    await until(async () => (await listsIn(service)).length === 1);
    expect(await changesIn(service)).toEqual([]);
    graph.change(NUMBER.id, { quality_rating: 'RED' });
    await until(async () => (await changesIn(service)).length > 0);
    const reads = graph.calls.length;
    await until(() => graph.calls.length > reads + 1);
    expect(await changesIn(service)).toMatchObject([
      {
        account_id: ACCOUNT,
        phone_number: { digits: '16315555555', id: NUMBER.id, known: true },
        changed: ['quality_rating'],
        before: { quality_rating: 'GREEN' },
        after: { quality_rating: 'RED', status: 'CONNECTED' },
        state_version: 2,
        observed_by: 'graph',
      },
    ]);
  });
});
