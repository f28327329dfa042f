/** The watch over phone numbers in one process, on the journal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { StoredRecord } from '../../../src/records/record.ts';
import { ACCOUNT, NUMBER, standInWith } from '../../support/graph.ts';
import { post } from '../../support/name-update.ts';
import { runCli, startCli, startServe } from '../../support/run-cli.ts';
import { APP_SECRET, startTestService, type TestService } from '../../support/start-service.ts';
import { until } from '../../support/until.ts';

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

  it('goes on after kill -9 where it was: what was told is not told again, what happened meanwhile is', async () => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [GREEN, OTHER] }] });
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-watch-'));
    cleanups.push(async () => rmSync(folder, { recursive: true, force: true }));
    const env = { ...envOf(graph), DATA_DIR: folder };
    const first = await startServe(env);
    cleanups.push(async () => void (await first.end('SIGKILL')));
    await until(async () => (await lines(folder, 'phone-number-state')).length === 3);
    graph.change(NUMBER.id, { quality_rating: 'RED' });
    await until(async () => (await changed(folder)).length === 1);
    await first.end('SIGKILL');
    graph.remove(OTHER.id);
    graph.change(NUMBER.id, { quality_rating: 'YELLOW' });
    const second = await startServe(env);
    cleanups.push(async () => void (await second.end('SIGKILL')));
    await until(async () => (await changed(folder)).length === 3);
    expect(await changed(folder)).toEqual(['GREEN RED', 'RED YELLOW', 'GREEN gone']);
    await second.end('SIGTERM');
    const { stdout } = await runCli(['numbers', 'list', '--json'], { env: { DATA_DIR: folder } });
    expect(JSON.parse(stdout).data).toMatchObject([
      { phone_number_id: NUMBER.id, source: 'state', value: { quality_rating: 'YELLOW' } },
    ]);
  }, 60_000);

  it('takes in what webhooks say, and `numbers watch` prints it as it comes, until Ctrl-C', async () => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [GREEN] }] });
    const service = await start(envOf(graph));
    await until(async () => (await listsIn(service)).length === 1);
    const watching = startCli(['numbers', 'watch'], { env: { DATA_DIR: service.dataDir } });
    const ended = new Promise((resolve) => watching.once('exit', resolve));
    cleanups.push(async () => void watching.kill('SIGKILL'));
    let printed = '';
    watching.stdout?.on('data', (chunk) => {
      printed += chunk;
    });
    const send = (event: string) =>
      post(service.webhookUrl, securityBody(event), APP_SECRET).then(({ status }) => status);
    // It prints from when it began to read: something is told until it does.
    let round = 0;
    await until(async () => {
      round += 1;
      if (round % 20 === 1) expect(await send(round % 40 === 1 ? 'PIN_RESET_REQUEST' : 'PIN_CHANGED')).toBe(200);
      return printed.includes('\n');
    });
    const [line = ''] = printed.split('\n');
    expect(JSON.parse(line)).toMatchObject({
      type: 'whatsapp.phone_number.changed',
      data: { observed_by: 'webhook', phone_number: { id: NUMBER.id } },
    });
    watching.kill('SIGINT');
    expect(await ended).toBe(0);
  }, 60_000);

  it('removes nothing while Graph answers with errors, with nothing and with half a list', async () => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [GREEN, OTHER] }] });
    const service = await start(envOf(graph));
    await until(async () => (await listsIn(service)).length === 1);
    graph.script({ status: 500, body: '<html>', times: 3 });
    graph.script({ body: { data: [] }, times: 1 });
    graph.script({ body: { data: [GREEN], paging: { next: 'http://127.0.0.1:1/' } }, times: 1 });
    graph.script({ body: { data: [OTHER] }, times: 1 });
    const reads = graph.calls.length;
    await until(() => graph.calls.length > reads + 8);
    expect(await changesIn(service)).toEqual([]);
    expect((await service.records()).filter(({ value }) => value === '')).toEqual([]);
  }, 60_000);
});

const OTHER = {
  id: '106540352242999',
  display_phone_number: '+1 631-555-0000',
  quality_rating: 'GREEN',
  status: 'CONNECTED',
};

let seconds = 1_763_800_000;
function securityBody(event: string): Buffer {
  seconds += 1;
  const changes = [{ field: 'security', value: { display_phone_number: '16315555555', event } }];
  return Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: ACCOUNT, time: Math.floor(Date.now() / 1000) + seconds - 1_763_800_000, changes }],
    }),
  );
}

async function lines(dataDir: string, topic: string): Promise<{ event: { type: string; data: unknown } }[]> {
  const { stdout } = await runCli(['events', '--topic', topic, '--format', 'json'], { env: { DATA_DIR: dataDir } });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function changed(dataDir: string): Promise<string[]> {
  const events = (await lines(dataDir, 'phone-numbers')).map(({ event }) => event);
  return events
    .filter(({ type }) => type === 'whatsapp.phone_number.changed')
    .map(({ data }) => {
      const { before, after } = data as {
        before: { quality_rating: string };
        after: { quality_rating: string } | null;
      };
      return `${before.quality_rating} ${after?.quality_rating ?? 'gone'}`;
    });
}
