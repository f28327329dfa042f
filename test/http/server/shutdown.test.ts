/** Stopping: nobody is cut off who can still be served, nobody holds it up, and every 200 is in the store. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { head, openRaw, type RawClient } from '../../support/raw-http.ts';
import { scrape } from '../../support/scrape.ts';
import { ask, nameUpdate, postSigned, signatureOf } from '../../support/signed-request.ts';
import { startTestEndpoint } from '../../support/start-endpoint.ts';
import { startTestService, type TestService } from '../../support/start-service.ts';
import { until } from '../../support/until.ts';

const POST = 'POST /webhook HTTP/1.1';
const signed = (body: string) =>
  head(POST, { 'X-Hub-Signature-256': signatureOf(body), 'Content-Length': body.length }) + body;

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

async function start(env: Record<string, string> = {}): Promise<TestService> {
  const service = await startTestService({ KEEP_ALIVE_TIMEOUT_MS: '60000', ...env });
  cleanups.push(service.remove);
  return service;
}

async function open(url: string): Promise<RawClient> {
  const client = await openRaw(url);
  cleanups.push(client.destroy);
  return client;
}

async function hasGauge({ internalUrl }: TestService, name: string, expected: number): Promise<boolean> {
  return (await scrape(internalUrl)).value(name) === expected;
}

/** The listener has begun to stop. */
async function refusesConnections(url: string): Promise<boolean> {
  try {
    (await openRaw(url)).destroy();
    return false;
  } catch {
    return true;
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await act();
  return performance.now() - startedMs;
}

describe('stop()', () => {
  it('is unready at once, still takes requests for SHUTDOWN_DELAY_MS, then refuses connections', async () => {
    const service = await start({ SHUTDOWN_DELAY_MS: '400' });
    const { body } = nameUpdate();
    const stopped = service.stop();
    const ready = await ask(`${service.internalUrl}/ready`);
    expect({ status: ready.status, reason: JSON.parse(ready.text).reason }).toEqual({
      status: 503,
      reason: 'The service is stopping.',
    });
    expect((await ask(`${service.internalUrl}/live`)).status).toBe(200);
    expect((await postSigned(service.webhookUrl, body)).status).toBe(200);
    await stopped;
    for (const url of [service.publicUrl, service.internalUrl])
      await expect(openRaw(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await service.records()).toHaveLength(1);
    expect(service.logged('stopped')).toHaveLength(1);
  });

  it('can be called again and ends once', async () => {
    const service = await start();
    await Promise.all([service.stop(), service.stop()]);
    await service.stop();
    expect(service.logged('stopped')).toHaveLength(1);
  });

  it('lets a body that is still coming arrive, answers it with 200 and Connection: close, and has it in the store', async () => {
    const service = await start();
    const { body } = nameUpdate();
    const client = await open(service.publicUrl);
    await client.write(signed(body).slice(0, -10));
    await until(() => hasGauge(service, 'hubcast_unfinished_bodies', 1));
    const stopped = service.stop();
    await until(() => refusesConnections(service.publicUrl));
    await client.write(body.slice(-10));
    expect(await client.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await stopped;
    expect(await service.records()).toHaveLength(1);
  });

  it('closes idle connections, and those that never sent a byte, without waiting for them', async () => {
    const service = await start({ SHUTDOWN_TIMEOUT_MS: '10000' });
    const { body } = nameUpdate();
    const idle = await open(service.publicUrl);
    await idle.write(signed(body));
    expect((await idle.answer()).headers.connection).toBe('keep-alive');
    const silent = [await open(service.publicUrl), await open(service.internalUrl)];
    await until(() => hasGauge(service, 'hubcast_connections', 2));
    expect(await timed(service.stop)).toBeLessThan(10_000);
    for (const client of [idle, ...silent]) expect(await client.closed(1000)).toBe(true);
  });

  it.each([
    ['a body', () => signed(nameUpdate().body).slice(0, -1)],
    ['a head', () => 'POST /webhook HTTP/1.1\r\nHost: h\r\n'],
  ])('cuts %s that does not come to its end after SHUTDOWN_TIMEOUT_MS', async (_about, bytes) => {
    const service = await start({ SHUTDOWN_TIMEOUT_MS: '500' });
    const stuck = [await open(service.publicUrl), await open(service.internalUrl)];
    for (const client of stuck) await client.write(bytes());
    await until(() => hasGauge(service, 'hubcast_connections', 1));
    expect(await timed(service.stop)).toBeGreaterThan(450);
    for (const client of stuck) expect(await client.closed(1000)).toBe(true);
    expect(await service.records()).toEqual([]);
  });

  it('takes the request whose head was under way, and answers it with Connection: close', async () => {
    const service = await start();
    const request = signed(nameUpdate().body);
    const client = await open(service.publicUrl);
    await client.write(request.slice(0, 30));
    await until(() => hasGauge(service, 'hubcast_connections', 1));
    const stopped = service.stop();
    await until(() => refusesConnections(service.publicUrl));
    await client.write(request.slice(30));
    expect(await client.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await stopped;
    expect(await service.records()).toHaveLength(1);
  });

  it('keeps the promise under load: every 200 is in the store, and nobody hangs', async () => {
    const service = await start();
    const answered: string[] = [];
    let running = true;
    const sender = async () => {
      while (running) {
        const { body, digits } = nameUpdate();
        try {
          if ((await postSigned(service.webhookUrl, body)).status === 200) answered.push(digits);
        } catch {
          return;
        }
      }
    };
    const senders = Promise.all(Array.from({ length: 16 }, sender));
    await until(() => answered.length >= 200);
    await service.stop();
    running = false;
    await senders;
    const stored = new Set((await service.records()).map(({ headers }) => headers.ce_subject));
    expect(answered.filter((digits) => !stored.has(digits))).toEqual([]);
  });
});

describe('a listener that stops while the store is slow', () => {
  it('answers waiting senders with "Connection: close"', async () => {
    const store = Promise.withResolvers<void>();
    const endpoint = await startTestEndpoint(() => store.promise);
    cleanups.push(endpoint.remove);
    const clients = [await open(endpoint.url), await open(endpoint.url)];
    for (const client of clients) await client.write(signed(nameUpdate().body));
    await until(() => endpoint.admission.requests() === 2);
    const stopped = endpoint.stop();
    store.resolve();
    for (const client of clients)
      expect(await client.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await stopped;
  });

  it('accepts no connection after `destroy`', async () => {
    const endpoint = await startTestEndpoint(async () => undefined);
    endpoint.destroy();
    const late = await open(endpoint.url);
    await late.write('POST /webhook HTTP/1.1\r\n');
    expect(await late.closed(500)).toBe(true);
    await endpoint.stop();
  });

  it('answers all of several requests that were pipelined before', async () => {
    const store = Promise.withResolvers<void>();
    const endpoint = await startTestEndpoint(() => store.promise);
    cleanups.push(endpoint.remove);
    const client = await open(endpoint.url);
    await client.write(signed(nameUpdate().body) + signed(nameUpdate().body));
    await until(() => endpoint.admission.requests() === 2);
    const stopped = endpoint.stop();
    store.resolve();
    const answers = [await client.answer(), await client.answer()];
    expect(answers.map(({ status, headers }) => [status, headers.connection])).toEqual([
      [200, 'keep-alive'],
      [200, 'close'],
    ]);
    await stopped;
  });
});
