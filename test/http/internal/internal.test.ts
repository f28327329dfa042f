/** The internal listener: probes that say why, and who may come in. */
import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../../support/expect-answer.ts';
import { startInternal } from '../../support/internal-listener.ts';
import { askRaw, head } from '../../support/raw-http.ts';
import { ask, nameUpdate, postSigned } from '../../support/signed-request.ts';
import { MIB } from '../../support/start-endpoint.ts';
import { APP_SECRET, startTestService, type TestService, VERIFY_TOKEN } from '../../support/start-service.ts';
import { until } from '../../support/until.ts';

const TOKEN = 'kZ3vJ9qLw2Xr7TfB5nYd';
const OTHER_TOKEN = 'Pq8sVb4mHc6RtG1xWz0e';
const API_TOKENS = `reader=${TOKEN};events:read,writer=${OTHER_TOKEN};manage+numbers:read`;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

async function start(env: Record<string, string> = {}): Promise<TestService> {
  const service = await startTestService(env);
  cleanups.push(service.remove);
  return service;
}

describe('the probes', () => {
  it('/live and /ready are 200 while the store can take a write', async () => {
    const { internalUrl } = await start();
    const live = await ask(`${internalUrl}/live`);
    expect({ status: live.status, body: JSON.parse(live.text) }).toEqual({ status: 200, body: { status: 'live' } });
    const ready = await ask(`${internalUrl}/ready`, { headers: { 'if-none-match': '*' } });
    expect({ status: ready.status, body: JSON.parse(ready.text) }).toEqual({
      status: 200,
      body: { status: 'ready', warnings: [] },
    });
    expect(ready.headers.get('cache-control')).toBe('no-store');
    expect(ready.headers.get('x-powered-by')).toBeNull();
  });

  it('/ready is 503 and says why when the journal is full; /live stays 200', async () => {
    const { internalUrl, webhookUrl } = await start({ JOURNAL_MAX_BYTES: String(4 * MIB) });
    for (const bytes of [400_000, 4000]) {
      while ((await postSigned(webhookUrl, nameUpdate({ padding: 'x'.repeat(bytes) }).body)).status === 200);
    }
    await until(async () => (await ask(`${internalUrl}/ready`)).status === 503);
    const ready = await ask(`${internalUrl}/ready`);
    expect(JSON.parse(ready.text)).toMatchObject({
      status: 'not_ready',
      reason: expect.stringContaining('JOURNAL_MAX_BYTES'),
    });
    expect((await ask(`${internalUrl}/live`)).status).toBe(200);
  });

  it('/ready is 503 and says why when the journal was removed under the service', async () => {
    const { internalUrl, dataDir } = await start();
    rmSync(dataDir, { recursive: true });
    await until(async () => (await ask(`${internalUrl}/ready`)).status === 503);
    const ready = await ask(`${internalUrl}/ready`);
    expect({ status: ready.status, reason: JSON.parse(ready.text).reason }).toMatchObject({
      status: 503,
      reason: expect.stringContaining('removed'),
    });
  });

  it('/ready hands on warnings, and a readiness that fails is a 500 without detail', async () => {
    const warned = await startInternal({ readiness: async () => ({ ready: true, warnings: ['nearly full'] }) });
    expect(JSON.parse((await ask(`${warned}/ready`)).text)).toEqual({ status: 'ready', warnings: ['nearly full'] });
    const broken = await startInternal({
      readiness: async () => {
        throw new Error('inner detail');
      },
    });
    expectRefusal(await ask(`${broken}/ready`), 'internal');
  });

  it.each(['/LIVE', '/live/x', '//live', '/webhook', '/events-of-another-day', '/%zz', '/../live/x'])(
    'anything else is 404: %s',
    async (path) => {
      const url = await startInternal({});
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const { answer } = await askRaw(url, head(`${method} ${path} HTTP/1.1`, { Host: 'localhost' }), 0);
        expectRefusal({ status: answer.status, text: answer.body }, 'not_found');
      }
    },
  );
});

describe('on loopback', () => {
  const live = async (headers: Record<string, string>, target = '/live') => {
    const url = await startInternal({});
    return (await askRaw(url, head(`GET ${target} HTTP/1.1`, headers), 0)).answer;
  };

  it.each(['localhost', 'LOCALHOST:8081', '127.0.0.1', '127.0.0.1:8081', '127.9.9.9', '[::1]:8081'])(
    'takes Host %s',
    async (host) => {
      expect((await live({ Host: host })).status).toBe(200);
    },
  );

  it.each([
    'evil.test',
    'localhost.evil.test',
    'evil.test:8081',
    '127.0.0.1.evil.test',
    '127.0.0.1.nip.io',
    'localhost@evil.test',
    '169.254.169.254',
    '0.0.0.0',
    '10.0.0.1',
    'localhost:8081:80',
    'localhost, evil.test',
    '[::2]',
    '',
  ])('refuses Host "%s": a name that was made to point here', async (host) => {
    const answer = await live({ Host: host });
    expectRefusal({ status: answer.status, text: answer.body }, 'forbidden');
  });

  it.each([
    { Origin: 'http://evil.test' },
    { Origin: 'null' },
    { Origin: 'https://localhost:8081' },
    { Origin: 'http://localhost:3000' },
    { Origin: '' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
    { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
  ])('refuses what another web page sends: %j', async (headers) => {
    const answer = await live({ Host: 'localhost:8081', ...(headers as Record<string, string>) });
    expectRefusal({ status: answer.status, text: answer.body }, 'forbidden');
  });

  it.each([
    { Origin: 'http://localhost:8081' },
    { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
    { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
  ])('takes what its own page or a bookmark sends: %j', async (headers) => {
    expect((await live({ Host: 'localhost:8081', ...(headers as Record<string, string>) })).status).toBe(200);
  });

  it('lets a link on another site open the console and nothing else', async () => {
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    for (const [path, status] of [
      ['/', 302],
      ['/console', 200],
      ['/console/history', 403],
      ['/checks', 403],
      ['/events', 403],
      ['/live', 403],
    ] as const) {
      expect([path, (await live({ Host: 'localhost:8081', ...link }, path)).status]).toEqual([path, status]);
    }
  });

  it('is not reached by an absolute target either', async () => {
    expect((await live({ Host: 'evil.test' }, 'http://localhost/live')).status).toBe(403);
  });
});

describe('on any other address', () => {
  it.each(['0.0.0.0', '::', '10.0.0.1', 'hubcast.internal'])(
    '%s without API_TOKENS refuses to start, and says what to do',
    async (host) => {
      await expect(startTestService({ INTERNAL_HOST: host })).rejects.toMatchObject({
        code: 'configuration_invalid',
        message: `INTERNAL_HOST=${host} is reachable from outside and needs API_TOKENS. Set them, or use 127.0.0.1.`,
      });
    },
  );

  it('the probes need no token, the rest does, and tokens are never logged', async () => {
    const service = await start({ INTERNAL_HOST: '0.0.0.0', API_TOKENS, HOST: '127.0.0.1' });
    const url = `http://127.0.0.1:${new URL(service.internalUrl).port}`;
    const get = (path: string, headers: Record<string, string> = {}) => ask(url + path, { headers });
    for (const path of ['/live', '/ready']) expect((await get(path)).status).toBe(200);
    expect((await get('/live', { authorization: 'Bearer wrong' })).status).toBe(200);

    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${TOKEN}`,
      TOKEN,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Bearer ${TOKEN.toLowerCase()}`,
      `Bearer reader=${TOKEN}`,
      'Bearer undefined',
    ];
    for (const path of ['/nothing', '/events-of-another-day', '/Live', '/%6cive']) {
      for (const authorization of wrong) {
        const answer = await get(path, authorization === '' ? {} : { authorization });
        expectRefusal(answer, 'unauthorized');
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
      for (const token of [TOKEN, OTHER_TOKEN])
        expect((await get(path, { authorization: `Bearer ${token}` })).status).toBe(404);
    }
    const log = service.logText();
    for (const secret of [TOKEN, OTHER_TOKEN, APP_SECRET, VERIFY_TOKEN]) expect(log).not.toContain(secret);
  });
});
