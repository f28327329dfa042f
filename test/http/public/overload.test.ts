/** More than can be taken: an early 503, nobody harmed who was taken, and all of it over when the load is. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { createLog } from '../../../src/core/log.ts';
import { createFailureLog } from '../../../src/http/server/failure-log.ts';
import { expectRefusal } from '../../support/expect-answer.ts';
import { askRaw, head, openRaw, type RawClient } from '../../support/raw-http.ts';
import { scrape } from '../../support/scrape.ts';
import { nameUpdate, postSigned, signatureOf } from '../../support/signed-request.ts';
import { startTestEndpoint } from '../../support/start-endpoint.ts';
import { startTestService } from '../../support/start-service.ts';
import { until } from '../../support/until.ts';

const POST = 'POST /webhook HTTP/1.1';
const signed = (body: string) =>
  head(POST, { 'X-Hub-Signature-256': signatureOf(body), 'Content-Length': Buffer.byteLength(body) }) + body;

const forgedHead = (length: number) =>
  head(POST, { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Content-Length': length });

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

async function open(url: string): Promise<RawClient> {
  const client = await openRaw(url);
  cleanups.push(client.destroy);
  return client;
}

describe('with every place taken', () => {
  it('refuses before the body is read, keeps the connection, and takes the next one', async () => {
    const store = Promise.withResolvers<void>();
    const endpoint = await startTestEndpoint(() => store.promise, { maxInFlightRequests: 2 });
    cleanups.push(endpoint.remove);
    const waiting = [
      postSigned(endpoint.webhookUrl, nameUpdate().body),
      postSigned(endpoint.webhookUrl, nameUpdate().body),
    ];
    await until(() => endpoint.admission.requests() === 2);

    const client = await open(endpoint.url);
    await client.write(signed(nameUpdate().body));
    const refused = await client.answer();
    expectRefusal({ status: refused.status, text: refused.body }, 'overloaded');
    expect(refused.headers).toMatchObject({ connection: 'keep-alive', 'retry-after': expect.stringMatching(/^\d+$/) });

    store.resolve();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    await client.write(signed(nameUpdate().body));
    expect((await client.answer()).status).toBe(200);
    expect(endpoint.admission.requests()).toBe(0);
  });

  it.each([
    ['of 64 KiB, which is on its way already', { 'Content-Length': 65_536 }, 'keep-alive'],
    ['of more', { 'Content-Length': 65_537 }, 'close'],
    ['of unknown length', { 'Transfer-Encoding': 'chunked' }, 'close'],
    ['that waits to be asked for', { 'Content-Length': 10, Expect: '100-continue' }, 'close'],
  ])('throws a rejected body away or closes: one %s', async (_about, headers, connection) => {
    const store = Promise.withResolvers<void>();
    const endpoint = await startTestEndpoint(() => store.promise, { maxInFlightRequests: 1 });
    cleanups.push(endpoint.remove);
    const waiting = postSigned(endpoint.webhookUrl, nameUpdate().body);
    await until(() => endpoint.admission.requests() === 1);
    const client = await open(endpoint.url);
    const signature = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` };
    await client.write(head(POST, { ...signature, ...headers } as Record<string, string | number>));
    expect(await client.answer()).toMatchObject({ status: 503, headers: { connection } });
    store.resolve();
    expect((await waiting).status).toBe(200);
  });

  it('does not count bodies that are not whole, nor forged ones', async () => {
    const endpoint = await startTestEndpoint(async () => undefined, { maxInFlightRequests: 1 });
    cleanups.push(endpoint.remove);
    for (let count = 0; count < 3; count += 1) {
      const parked = await open(endpoint.url);
      await parked.write(`${forgedHead(99)}{`);
    }
    await until(() => endpoint.admission.unfinishedBodies() === 3);
    const answers = await Promise.all([
      postSigned(endpoint.webhookUrl, nameUpdate().body),
      ...Array.from({ length: 10 }, () => askRaw(endpoint.url, `${forgedHead(2)}{}`, 0)),
    ]);
    expect(answers.map((one) => ('answer' in one ? one.answer.status : one.status))).toEqual([
      200,
      ...Array(10).fill(401),
    ]);
    expect(endpoint.admission.requests()).toBe(0);
  });
});

it('refuses early while the store is behind, says so once, and recovers with it', async () => {
  const limits = { MAX_IN_FLIGHT_EVENTS: '5', MAX_IN_FLIGHT_REQUESTS: '10', LOG_LEVEL: 'info' };
  const service = await startTestService(limits);
  cleanups.push(service.remove);
  const several = (prefix: string) =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: Array.from({ length: 4 }, (_, index) => {
        const value = {
          display_phone_number: `1555${prefix}${index}`,
          decision: 'APPROVED',
          requested_verified_name: prefix,
        };
        return { id: '1', time: 1_739_321_024, changes: [{ field: 'phone_number_name_update', value }] };
      }),
    });
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => postSigned(service.webhookUrl, several(String(100_000 + index)))),
  );
  const taken = answers.filter(({ status }) => status === 200).length;
  expect(answers.filter(({ status }) => status === 503)).toHaveLength(60 - taken);
  expect(taken).toBeGreaterThan(0);
  expect(await service.records()).toHaveLength(4 * taken);
  expect((await postSigned(service.webhookUrl, several('999999'))).status).toBe(200);
});

describe('with too many connections', () => {
  it('idle ones give way, and those with a request under way do not', async () => {
    const store = Promise.withResolvers<void>();
    const endpoint = await startTestEndpoint(() => store.promise, { maxConnections: 10 });
    cleanups.push(endpoint.remove);
    const busy = await open(endpoint.url);
    await busy.write(signed(nameUpdate().body));
    await until(() => endpoint.admission.requests() === 1);
    const idle: RawClient[] = [];
    for (let count = 0; count < 9; count += 1) idle.push(await open(endpoint.url));
    await until(() => endpoint.connections() === 10);
    endpoint.skip(250);

    const late = await open(endpoint.url);
    await late.write(signed(nameUpdate().body));
    expect(await idle[0]?.closed(1000)).toBe(true);
    store.resolve();
    for (const client of [busy, late]) expect((await client.answer()).status).toBe(200);
  });
});

it('tells the first refusals of a second in full and the others by their number', async () => {
  const lines: Record<string, unknown>[] = [];
  const logFailure = createFailureLog(createLog('info', { write: (line) => void lines.push(JSON.parse(line)) }));
  for (let count = 0; count < 5000; count += 1) {
    logFailure(new HubcastError('overloaded', 'full'), { outcome: 'overloaded' }, 'delivery');
  }
  logFailure(new HubcastError('signature_mismatch', 'wrong'), { outcome: 'signature_mismatch' }, 'delivery');
  await until(() => lines.length >= 12);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(lines.slice(0, 10)).toEqual(Array(10).fill(expect.objectContaining({ diagnosis: 'full' })));
  expect(lines[10]).toMatchObject({ outcome: 'signature_mismatch' });
  expect(lines[11]).toMatchObject({ outcome: 'overloaded', more: 4990, msg: 'delivery' });
});

describe('stop()', () => {
  it('does not wait for heads and bodies that stopped coming', async () => {
    const service = await startTestService({ SHUTDOWN_TIMEOUT_MS: '30000' });
    cleanups.push(service.remove);
    const beginnings = [
      'POST /webhook HTTP/1.1\r\nHost: h\r\n',
      head(POST, { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Content-Length': 1000 }),
      `${head(POST, { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Content-Length': 1000 })}{"half":`,
    ];
    const parked = await Promise.all(beginnings.map(() => open(service.publicUrl)));
    for (const [index, client] of parked.entries()) await client.write(beginnings[index] ?? '');
    await until(async () => {
      const { value } = await scrape(service.internalUrl);
      return value('hubcast_connections') === 3 && value('hubcast_unfinished_bodies') === 1;
    });
    const startedMs = performance.now();
    await service.stop();
    expect(performance.now() - startedMs).toBeLessThan(30_000);
    for (const client of parked) expect(await client.closed(1000)).toBe(true);
  });

  it('waits for a body that comes slowly and steadily', async () => {
    const endpoint = await startTestEndpoint(async () => undefined);
    cleanups.push(endpoint.remove);
    const { body } = nameUpdate({ padding: 'x'.repeat(30_000) });
    const client = await open(endpoint.url);
    const step = 6000;
    await client.write(signed(body).slice(0, -body.length));
    let stopped: Promise<void> | undefined;
    for (let sent = 0; sent < body.length; sent += step) {
      await client.write(body.slice(sent, sent + step));
      if (sent + step < body.length) await until(() => endpoint.admission.bytes() === sent + step);
      stopped ??= endpoint.stop();
      endpoint.skip(900);
    }
    expect((await client.answer()).status).toBe(200);
    await stopped;
  });
});
