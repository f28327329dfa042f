/** The two cheap floods of unsigned senders, scaled down; run-floods.ts has them at full size, in processes of their own. */
import { afterEach, expect, it } from '@jest/globals';
import { scrape } from '../support/scrape.ts';
import { ask, nameUpdate } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';
import { until } from '../support/until.ts';
import { type Flood, holdBodies, holdHeads, postBeside } from './floods.ts';

const POSTS = 100;
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

async function start(env: Record<string, string>): Promise<TestService> {
  const service = await startTestService(env);
  cleanups.push(service.remove);
  return service;
}

async function postsThatAreStored(service: TestService, flood: Flood): Promise<number> {
  cleanups.push(flood.stop);
  const post = { count: POSTS, perSecond: 50, bodyOf: () => nameUpdate().body };
  return (await postBeside(service.publicUrl, post)).get(200) ?? 0;
}

it('bodies of two bytes that are held for 240 ms take no place of signed POSTs', async () => {
  // More places than signed POSTs, which a stall of this process sends at once, and fewer than the flood would take.
  const service = await start({ MAX_IN_FLIGHT_REQUESTS: String(POSTS + 20) });
  const flood = holdBodies(service.publicUrl, { connections: 150, connectionsPerSecond: 1000, holdMs: 240 });
  await until(() => flood.open() === 150);
  expect(await postsThatAreStored(service, flood)).toBeGreaterThanOrEqual(0.99 * POSTS);
}, 30_000);

it('heads without a body shut no signed sender out, and metrics, /ready and the log tell of them', async () => {
  const service = await start({ MAX_CONNECTIONS: '200' });
  const flood = holdHeads(service.publicUrl, { connections: 210, connectionsPerSecond: 30, fillPerSecond: 2000 });
  // Its first connections are 250 ms old then: before, they cannot be told from honest ones.
  await until(async () => {
    const { value } = await scrape(service.internalUrl);
    return (value('hubcast_shed_total', { kind: 'stalled_connection_closed' }) ?? 0) > 0;
  });
  expect(await postsThatAreStored(service, flood)).toBeGreaterThanOrEqual(0.99 * POSTS);

  expect((await scrape(service.internalUrl)).value('hubcast_connections_limit')).toBe(200);
  const ready = JSON.parse((await ask(`${service.internalUrl}/ready`)).text);
  expect(ready.warnings).toEqual([expect.stringMatching(/MAX_CONNECTIONS is reached/)]);
  await until(() => service.logged('connections are closed or refused: MAX_CONNECTIONS is reached').length > 0);
}, 30_000);
