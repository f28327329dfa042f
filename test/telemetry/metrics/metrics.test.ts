/** /metrics of the whole service: what it says after what came, and how large it gets. */
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from '@jest/globals';
import { toCachedNumber } from '../../../src/phone-numbers/look-ups/account-list.ts';
import { createDeliveryCounts } from '../../../src/telemetry/metrics/delivery-counts.ts';
import { createExposition } from '../../../src/telemetry/metrics/exposition.ts';
import { createGraphCounts } from '../../../src/telemetry/metrics/graph-counts.ts';
import { METRICS } from '../../../src/telemetry/metrics/metric-rows.ts';
import { createNumberCounts } from '../../../src/telemetry/metrics/number-counts.ts';
import { metricReaders } from '../../../src/telemetry/metrics/read-metrics.ts';
import { createStoreCounts } from '../../../src/telemetry/metrics/store-counts.ts';
import { isThere } from '../../helm/tools.ts';
import { ACCOUNT, standInWith } from '../../support/graph.ts';
import { readScrape, type Scrape, scrape } from '../../support/scrape.ts';
import { ask, nameUpdate, postSigned, postUnsigned } from '../../support/signed-request.ts';
import { startTestService, type TestService, VERIFY_TOKEN } from '../../support/start-service.ts';

const services: TestService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.remove();
});

async function start(env: Record<string, string> = {}): Promise<TestService> {
  const service = await startTestService(env);
  services.push(service);
  return service;
}

async function until(url: string, condition: (scrape: Scrape) => boolean): Promise<Scrape> {
  const endMs = Date.now() + 10_000;
  for (;;) {
    const found = await scrape(url);
    if (condition(found)) return found;
    if (Date.now() > endMs) throw new Error(`It did not come about:\n${found.text}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const bodyOf = (entryId: string, ...changes: { field: unknown; value: unknown }[]) =>
  JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: entryId, time: 1_739_321_024, changes }] });

describe('/metrics', () => {
  it('has every metric of the table with its help, for promtool too', async () => {
    const { internalUrl } = await start();
    const { text } = await scrape(internalUrl);
    for (const [name, { type, about }] of Object.entries(METRICS)) {
      expect(text).toContain(`# HELP ${name} ${about}\n# TYPE ${name} ${type}\n`);
    }
    if (!isThere('promtool', '--version', 'the format of /metrics')) return;
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    // prom-client's own names are not ours to change.
    const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('hubcast_'));
    expect({ status: status === 3 ? 0 : status, ours }).toEqual({ status: 0, ours: [] });
  });

  it('says how full the journal is', async () => {
    const { internalUrl } = await start({ JOURNAL_MAX_BYTES: String(64 * 1024 * 1024) });
    const { value } = await until(internalUrl, (found) => found.value('hubcast_journal_bytes') !== undefined);
    expect(value('hubcast_journal_limit_bytes')).toBe(64 * 1024 * 1024);
    expect(value('hubcast_journal_bytes')).toBeGreaterThan(0);
  });

  it('counts requests by what they were answered', async () => {
    const { webhookUrl, publicUrl, internalUrl } = await start();
    const handshake = (token: string) =>
      ask(`${webhookUrl}?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${token}`);
    await postSigned(webhookUrl, nameUpdate().body);
    await postSigned(webhookUrl, nameUpdate().body);
    await postUnsigned(webhookUrl, '{}');
    await postUnsigned(webhookUrl, '{}', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` });
    await handshake(VERIFY_TOKEN);
    await handshake('wrong');
    await ask(`${publicUrl}/other`);
    await ask(webhookUrl, { method: 'DELETE' });
    const { value } = await scrape(internalUrl);
    const of = (outcome: string) => value('hubcast_requests_total', { outcome });
    expect([of('stored'), of('signature_missing'), of('signature_mismatch')]).toEqual([2, 1, 1]);
    expect([of('verified'), of('verification_refused')]).toEqual([1, 1]);
    expect([of('not_found'), of('method_not_allowed')]).toEqual([1, 1]);
    expect(value('hubcast_time_to_durable_seconds_count')).toBe(2);
    expect(value('hubcast_time_to_durable_seconds_bucket', { le: '0.25' })).toBeDefined();
    expect(value('hubcast_time_to_durable_seconds_bucket', { le: '1' })).toBeDefined();
  });

  it('counts events by type, what is unknown and what is a dead letter by field, and what was stored before', async () => {
    const { webhookUrl, internalUrl } = await start({ PUBLISH_FAMILIES: 'phone-numbers,unknown' });
    const known = nameUpdate();
    await postSigned(webhookUrl, known.body);
    await postSigned(webhookUrl, known.body);
    await postSigned(webhookUrl, 'not JSON');
    await postSigned(
      webhookUrl,
      bodyOf(
        ACCOUNT,
        { field: 'tomorrows_field', value: { a: 1 } },
        { field: 'Not a name', value: 1 },
        { field: 'phone_number_name_update', value: { display_phone_number: 7 } },
        { field: 'account_review_update', value: { decision: 'APPROVED' } },
      ),
    );
    const { value } = await scrape(internalUrl);
    expect(value('hubcast_events_total', { type: 'whatsapp.phone_number_name_update' })).toBe(2);
    expect(value('hubcast_events_total', { type: 'whatsapp.account_review_update' })).toBe(1);
    expect(value('hubcast_events_total', { type: 'whatsapp.unknown' })).toBe(2);
    expect(value('hubcast_events_total', { type: 'whatsapp.dead_letter' })).toBe(2);
    expect(value('hubcast_unknown_events_total', { field: 'tomorrows_field' })).toBe(1);
    expect(value('hubcast_unknown_events_total', { field: 'other' })).toBe(1);
    expect(value('hubcast_dead_letters_total', { field: 'phone_number_name_update' })).toBe(1);
    expect(value('hubcast_dead_letters_total', { field: 'unreadable' })).toBe(1);
    expect(value('hubcast_dropped_events_total')).toBe(1);
    expect(value('hubcast_repeated_events_total')).toBe(1);
    expect(value('hubcast_event_age_seconds_count')).toBeGreaterThan(0);
  });

  it('reports writes, pending records and the last event of each account, except for the Test button', async () => {
    const before = Date.now() / 1000;
    const { webhookUrl, internalUrl } = await start();
    const item = (name: string) => ({ field: 'account_review_update', value: { decision: name } });
    await postSigned(webhookUrl, bodyOf(ACCOUNT, item('APPROVED'), item('REJECTED'), item('PENDING')));
    await postSigned(webhookUrl, bodyOf('0', item('APPROVED')));
    const { value, text } = await until(internalUrl, (found) => found.value('hubcast_ready') === 1);
    expect(value('hubcast_write_records_count')).toBe(2);
    expect(value('hubcast_write_records_sum')).toBe(4);
    expect(value('hubcast_write_seconds_count')).toBe(2);
    expect(value('hubcast_in_flight_records')).toBe(0);
    expect(value('hubcast_in_flight_bytes')).toBe(0);
    expect(value('hubcast_in_flight_limit_bytes')).toBeGreaterThan(0);
    expect(value('hubcast_write_failures_total', { code: 'store_unavailable' })).toBe(0);
    expect(value('hubcast_last_webhook_timestamp_seconds', { account: ACCOUNT })).toBeGreaterThanOrEqual(before);
    expect(text).not.toContain('account="0"');
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('reports Graph: calls, budget, token and the health of the numbers', async () => {
    const expiresAt = Math.floor(Date.now() / 1000) + 5 * 86_400;
    const numbers = [
      { id: '11', display_phone_number: '+1 631-555-0001', quality_rating: 'GREEN', name_status: 'APPROVED' },
      { id: '12', display_phone_number: '+1 631-555-0002', quality_rating: 'RED', name_status: 'APPROVED' },
      { id: '13', display_phone_number: '+1 631-555-0003', quality_rating: 'GREEN', name_status: 'DECLINED' },
      { id: '14', display_phone_number: '+1 631-555-0004', quality_rating: 'SOMETHING_NEW' },
    ];
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers }], tokenExpiresAt: expiresAt });
    const { internalUrl } = await start({
      META_GRAPH_URL: graph.url,
      META_ACCESS_TOKEN: graph.accessToken,
      WABA_IDS: ACCOUNT,
    });
    const { value, text } = await until(
      internalUrl,
      (found) =>
        found.value('hubcast_graph_token_expiry_timestamp_seconds') !== undefined &&
        found.value('hubcast_phone_numbers') !== undefined,
    );
    expect(value('hubcast_graph_token_expiry_timestamp_seconds')).toBe(expiresAt);
    expect(value('hubcast_graph_token_valid')).toBe(1);
    expect(value('hubcast_graph_calls_total', { method: 'GET', outcome: 'ok' })).toBeGreaterThanOrEqual(2);
    expect(value('hubcast_graph_budget_left_ratio', { account: ACCOUNT })).toBeGreaterThan(0.9);
    expect(value('hubcast_phone_numbers', { quality: 'GREEN', state: 'ok' })).toBe(1);
    expect(value('hubcast_phone_numbers', { quality: 'OTHER' })).toBe(1);
    expect(value('hubcast_phone_number_names', { name_status: 'APPROVED' })).toBeGreaterThanOrEqual(2);
    expect(value('hubcast_phone_number_trouble', { phone_number_id: '12', quality: 'RED', account: ACCOUNT })).toBe(1);
    expect(value('hubcast_phone_number_trouble', { phone_number_id: '13', name_status: 'DECLINED' })).toBe(1);
    expect(text.match(/^hubcast_phone_number_trouble\{/gm)).toHaveLength(2);
    expect(text).not.toContain(graph.accessToken);

    graph.expireToken(true);
    await ask(`${internalUrl}/phone-numbers?fresh=true`);
    // An answer is kept for a second.
    const refused = await until(internalUrl, (found) => found.value('hubcast_graph_token_valid') === 0);
    expect(refused.value('hubcast_graph_calls_total', { outcome: 'graph_token_invalid' })).toBeGreaterThanOrEqual(1);
  });

  it('is under 1 MB and 100 ms of processor time with everything full: 1,000 accounts and more, 10,000 numbers, any field name', async () => {
    const deliveries = createDeliveryCounts();
    const store = createStoreCounts();
    const accountIds = Array.from({ length: 1_500 }, (_, place) => String(102_290_129_340_398 + place));
    const numbers = accountIds.slice(0, 1_000).flatMap((accountId, account) =>
      Array.from({ length: 10 }, (_, place) => {
        const id = String(100_000_000_000_000 + account * 10 + place);
        return toCachedNumber(
          { id, display_phone_number: id, status: 'CONNECTED', quality_rating: 'RED' },
          accountId,
          0,
        );
      }),
    );
    for (const [place, accountId] of accountIds.entries()) {
      const event = {
        id: 'a'.repeat(32),
        key: null,
        accountId: null,
        source: `/whatsapp/${accountId}`,
        subject: null,
        time: '2025-02-12T00:43:44Z',
        dataschema: '',
        repeatable: false,
      };
      const field = `field_${place}_`.padEnd(64, 'x');
      deliveries.countEvents(
        [
          { ...event, type: `whatsapp.${field}`, family: 'unknown', data: '{}' },
          { ...event, type: 'whatsapp.dead_letter', family: 'dead-letter', data: `{"field":"${field}"}` },
        ],
        Date.now(),
      );
    }
    const histogram = createNumberCounts(() => numbers);
    const { text: read } = createExposition(
      metricReaders({
        version: '0.1.0',
        role: 'receive,numbers',
        deliveries,
        store,
        graphCalls: createGraphCounts(),
        graph: {
          accountIds,
          percentUsed: () => 33.333333,
          tokens: () => [{ app: 'main', refused: false, expiresMs: null }],
          numbers: histogram,
        },
        load: null,
        ready: () => true,
        spool: () => undefined,
        journal: () => undefined,
        certificateExpiresMs: () => null,
      }),
    );
    await read();
    const times: number[] = [];
    let text = '';
    for (let round = 0; round < 5; round += 1) {
      const before = process.cpuUsage();
      ({ text } = await read());
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
    }
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(Math.min(...times)).toBeLessThan(100);
    const { value } = readScrape(text);
    expect(text.match(/^hubcast_last_webhook_timestamp_seconds\{/gm)).toHaveLength(1_001);
    expect(text.match(/^hubcast_unknown_events_total\{/gm)).toHaveLength(101);
    expect(value('hubcast_unknown_events_total', { field: 'other' })).toBe(1_400);
    expect(value('hubcast_dead_letters_total', { field: 'other' })).toBe(1_400);
    expect(text.match(/^hubcast_graph_budget_left_ratio\{/gm)).toHaveLength(1_000);
    expect(text.match(/^hubcast_phone_number_trouble\{/gm)).toHaveLength(200);
    if (process.env.SHOW_SIZE)
      process.stderr.write(`/metrics: ${Buffer.byteLength(text)} bytes, ${times} ms of processor time\n`);
  });
});
