import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { batchOf, type FakeMetaOptions, fakeMeta, sendTo } from '../../../src/sdk/testing.ts';
import { APP_SECRET, startTestService, VERIFY_TOKEN } from '../../support/start-service.ts';

const stops: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Arrival {
  readonly method: string;
  readonly body: string;
}

/** A receiver that answers as it is told; the handshake is right unless said otherwise. */
async function startReceiver(answer: (arrival: Arrival, earlier: readonly Arrival[]) => number, handshake = 200) {
  const arrivals: Arrival[] = [];
  let underWay = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    underWay += 1;
    most = Math.max(most, underWay);
    let body = '';
    for await (const chunk of request) body += chunk;
    const arrival = { method: request.method ?? '', body };
    const challenge = new URL(request.url ?? '', 'http://x').searchParams.get('hub.challenge');
    const status = challenge === null ? answer(arrival, arrivals) : handshake;
    arrivals.push(arrival);
    await new Promise((resolve) => setTimeout(resolve, 2));
    underWay -= 1;
    response.writeHead(status).end(challenge ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const bodies = () => arrivals.filter(({ method }) => method === 'POST').map(({ body }) => body);
  return { url: `http://127.0.0.1:${port}/webhook`, arrivals, bodies, most: () => most };
}

const payloads = (count: number) => Array.from({ length: count }, (_, index) => `{"n":${index}}`);

/** A Meta whose delays are only written down. */
function metaAt(url: string, options: Partial<FakeMetaOptions> = {}) {
  const delays: number[] = [];
  const sleep = async (ms: number) => void delays.push(Math.round(ms));
  return { delays, meta: fakeMeta({ url, secret: 's', verifyToken: 't', duplicateRate: 0, sleep, ...options }) };
}

describe('the fake Meta', () => {
  it('asks for the handshake before the first webhook, once', async () => {
    const { url, arrivals } = await startReceiver(() => 200);
    const { meta } = metaAt(url);
    await meta.deliver(payloads(3));
    await meta.deliver(payloads(1));
    expect(arrivals.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'POST', 'POST']);
  });

  it('delivers nothing where the handshake is refused', async () => {
    const { url, bodies } = await startReceiver(() => 200, 403);
    const { meta } = metaAt(url);
    await expect(meta.deliver(payloads(3))).rejects.toThrow(/answered with 403.*verifyToken/);
    expect(bodies()).toEqual([]);
  });

  it('sends several at once, and no more than told', async () => {
    const { url, most } = await startReceiver(() => 200);
    await metaAt(url, { concurrency: 4 }).meta.deliver(payloads(40));
    expect(most()).toBeGreaterThan(1);
    expect(most()).toBeLessThanOrEqual(4);
  });

  it('repeats what was not answered with 200: at once, then with growing delays', async () => {
    const { url, bodies } = await startReceiver((_, earlier) => (earlier.length < 5 ? 503 : 200));
    const { meta, delays } = metaAt(url, { retry: { firstDelayMs: 100, factor: 3 } });
    const report = await meta.deliver(payloads(1));
    expect(report).toEqual({ delivered: 1, attempts: 5, duplicates: 0, givenUp: [] });
    expect(bodies()).toEqual(Array(5).fill('{"n":0}'));
    expect(delays).toHaveLength(3);
    for (const [index, delay] of delays.entries()) {
      expect(delay / (100 * 3 ** index)).toBeGreaterThanOrEqual(0.74);
      expect(delay / (100 * 3 ** index)).toBeLessThanOrEqual(1.26);
    }
  });

  it('gives up in the end, and says what the last answer was', async () => {
    const { url } = await startReceiver(() => 302);
    const { meta } = metaAt(url, { retry: { maxAttempts: 3 } });
    const report = await meta.deliver(payloads(1));
    expect(report).toEqual({
      delivered: 0,
      attempts: 3,
      duplicates: 0,
      givenUp: [{ payload: '{"n":0}', answer: { status: 302, body: '' } }],
    });
  });

  it('takes silence for a failure', async () => {
    const { url } = await startReceiver(() => 200);
    const { meta } = metaAt(url, {
      retry: { maxAttempts: 2 },
      fetch: async (input, init) => {
        if (init?.method === 'POST') throw new TypeError('fetch failed');
        return fetch(input, init);
      },
    });
    expect((await meta.deliver(payloads(1))).givenUp).toEqual([{ payload: '{"n":0}', answer: null }]);
  });

  it('sends some again although they were answered with 200, and in another order', async () => {
    const { url, bodies } = await startReceiver(() => 200);
    const { meta } = metaAt(url, { duplicateRate: 0.5, reorderWithin: 5, concurrency: 1 });
    const report = await meta.deliver(payloads(100));
    expect(report.delivered).toBe(100);
    expect(report.duplicates).toBeGreaterThan(20);
    expect(bodies()).toHaveLength(100 + report.duplicates);
    const firsts = [...new Set(bodies())];
    expect([...firsts].sort()).toEqual(payloads(100).sort());
    expect(firsts).not.toEqual(payloads(100));
  });

  it('does the same for the same seed, and keeps the order where told so', async () => {
    const orderOf = async (options: Partial<FakeMetaOptions>) => {
      const { url, bodies } = await startReceiver(() => 200);
      await metaAt(url, { concurrency: 1, ...options }).meta.deliver(payloads(50));
      return bodies();
    };
    const first = await orderOf({ seed: 7, duplicateRate: 0.2 });
    expect(await orderOf({ seed: 7, duplicateRate: 0.2 })).toEqual(first);
    expect(await orderOf({ seed: 8, duplicateRate: 0.2 })).not.toEqual(first);
    expect(await orderOf({ reorderWithin: 0 })).toEqual(payloads(50));
  });

  it('is taken for Meta by hubcast: every update is stored once', async () => {
    const service = await startTestService();
    stops.push(service.remove);
    const meta = fakeMeta({
      url: service.webhookUrl,
      secret: APP_SECRET,
      verifyToken: VERIFY_TOKEN,
      duplicateRate: 0.3,
    });
    const bodies = Array.from({ length: 30 }, (_, index) =>
      batchOf(5).replaceAll('15550783881', String(15550000000 + index)),
    );
    const report = await meta.deliver(bodies);
    expect(report).toMatchObject({ delivered: 30, givenUp: [] });
    expect(report.duplicates).toBeGreaterThan(0);
    expect(await service.records()).toHaveLength(150);
    expect(await sendTo(service.webhookUrl, '{}', { secret: 'wrong' })).toMatchObject({ status: 401 });
  });
});
