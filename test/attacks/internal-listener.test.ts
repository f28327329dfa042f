/** What another user of the host, or a web page open on it, can do to the internal listener. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SCOPES, tokenDigest } from '../../src/config/api-tokens.ts';
import { ROUTES } from '../../src/http/internal/routes.ts';
import { expectRefusal } from '../support/expect-answer.ts';
import { NO_EVENTS, startInternal } from '../support/internal-listener.ts';
import { ask, nameUpdate, postSigned } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';
import { until } from '../support/until.ts';

const TOKEN = 'attacked-token-0123456789';
const TOKEN_ENTRY = { name: 'ops', digest: tokenDigest(TOKEN), scopes: SCOPES, app: null };
const METRICS = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
const CONNECTIONS = 10;

const services: TestService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.remove();
});

async function start(env: Record<string, string> = {}): Promise<TestService> {
  const service = await startTestService(env);
  services.push(service);
  return service;
}

/** Sends 59 kB of pipelined requests at once. @returns bytes that came back, once the connection is closed */
async function pipeline(url: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let bytes = 0;
  socket.on('data', (piece) => {
    bytes += piece.length;
  });
  socket.on('error', () => undefined);
  socket.write(METRICS.repeat(1400));
  await once(socket, 'close');
  return bytes;
}

const pathOf = (path: string) =>
  path
    .replace('{account_id}', '102290129340398')
    .replace('{type}/{version}', 'envelope/1')
    .replace('{id}', path.startsWith('/dead') ? '0'.repeat(32) : '106540352242922')
    .replace('{number}', '16315555555')
    .replace('{file}', 'main.ts');

describe('14,000 pipelined requests for /metrics on ten connections', () => {
  it('are rendered once, and no connection gets a second answer', async () => {
    let rendered = 0;
    const attackOver = Promise.withResolvers<void>();
    const url = await startInternal({
      async metrics() {
        rendered += 1;
        await attackOver.promise;
        return { contentType: 'text/plain', text: 'x'.repeat(59_000) };
      },
    });
    // Each is cut at its third request, before there is an answer.
    const received = await Promise.all(Array.from({ length: CONNECTIONS }, () => pipeline(url)));
    attackOver.resolve();
    expect(received).toEqual(received.map(() => 0));
    expect((await ask(`${url}/metrics`)).status).toBe(200);
    expect(rendered).toBe(1);
  });

  it('leave the service able to store a webhook', async () => {
    const service = await start();
    const attack = Array.from({ length: CONNECTIONS }, () => pipeline(service.internalUrl));
    expect((await postSigned(service.webhookUrl, nameUpdate().body)).status).toBe(200);
    await Promise.all(attack);
  });
});

describe('without a token', () => {
  const routes = ROUTES.map(({ method, path, access }) => ({ method, path, access }));

  it.each(routes.filter(({ access }) => access !== 'open'))(
    '$method $path is refused where tokens are set, on loopback as well',
    async ({ method, path }) => {
      const url = await startInternal({ tokens: () => [TOKEN_ENTRY] });
      expect((await ask(url + pathOf(path), { method })).status).toBe(401);
    },
  );

  it('only the probes and the files of the console answer', () => {
    const open = routes.filter(({ access }) => access === 'open').map(({ path }) => path);
    expect(open).toEqual(['/live', '/ready', '/metrics', '/', '/console', '/console/{file}']);
  });

  it.each(routes.filter(({ method }) => method !== 'GET'))(
    '$method $path is refused on loopback without API_TOKENS, as it has effects',
    async ({ method, path }) => {
      const url = await startInternal({});
      expect((await ask(url + pathOf(path), { method })).status).toBe(401);
    },
  );

  it('nothing is replayed', async () => {
    const service = await start();
    await postSigned(service.webhookUrl, 'not json');
    const { data } = JSON.parse((await ask(`${service.internalUrl}/dead-letters`)).text);
    const before = (await service.records()).length;
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
    for (const query of ['', `?at=${data[0].at}`, '?dry_run=true']) {
      const url = `${service.internalUrl}/dead-letters/${data[0].id}/replay${query}`;
      expect((await ask(url, { method: 'POST', body })).status).toBe(401);
    }
    expect(await service.records()).toHaveLength(before);
  });
});

it('bodies under way are bounded in sum', async () => {
  const waiting: (() => void)[] = [];
  const url = await startInternal({
    tokens: () => [TOKEN_ENTRY],
    maxBodyBytes: 1000,
    events: {
      ...NO_EVENTS,
      replay: () => new Promise((resolve) => waiting.push(() => resolve('{}'))),
    },
  });
  const replay = () =>
    ask(`${url}/dead-letters/${'0'.repeat(32)}/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: 'x'.repeat(900),
    });
  const first = [replay(), replay()];
  await until(() => waiting.length === 2);
  expectRefusal(await replay(), 'overloaded');
  for (const answer of waiting.splice(0)) answer();
  for (const { status } of await Promise.all(first)) expect(status).toBe(200);
  const next = replay();
  await until(() => waiting.length === 1);
  waiting[0]?.();
  expect((await next).status).toBe(200);
});
