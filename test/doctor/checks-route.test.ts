/** GET /checks of a running service. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphStandIn, startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER } from '../support/graph.ts';
import { APP_SECRET, startTestService, type TestService } from '../support/start-service.ts';
import { ALL_FIELDS, APP_ID, CALLBACK_URL } from './healthy.ts';

let graph: GraphStandIn;
let service: TestService;
beforeAll(async () => {
  graph = await startGraphStandIn({
    accounts: [{ id: ACCOUNT, numbers: [NUMBER], subscribed: false }],
    app: { id: APP_ID, secret: APP_SECRET, subscription: { callback_url: CALLBACK_URL, fields: ALL_FIELDS } },
  });
  service = await startTestService({
    META_APP_ID: APP_ID,
    META_ACCESS_TOKEN: graph.accessToken,
    META_GRAPH_URL: graph.url,
    WABA_IDS: ACCOUNT,
    JOURNAL_MAX_BYTES: '16777216',
  });
});
afterAll(async () => {
  await service?.remove();
  await graph?.close();
});

const asked = () => graph.calls.filter(({ path }) => path.endsWith('/subscribed_apps')).length;

describe('GET /checks', () => {
  it('says what doctor says, without calling the callback URL, and asks Meta once for many askers', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => fetch(`${service.internalUrl}/checks`)));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as {
      checked_at: string;
      findings: { code: string; severity: string; fix: string }[];
      skipped: object[];
    }[];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const body of bodies) expect(body).toEqual(bodies[0]);
    expect(bodies[0]?.findings).toMatchObject([{ code: 'account_not_subscribed', severity: 'error' }]);
    expect(bodies[0]?.skipped).toEqual([
      { check: 'callback URL', reason: 'POST /checks calls it, and stores a test event' },
    ]);
    expect(asked()).toBe(1);
    expect((await service.records()).filter(({ topic }) => topic === 'whatsapp.unknown')).toEqual([]);
  });

  it('refuses what it does not know', async () => {
    expect((await fetch(`${service.internalUrl}/checks?probe=true`)).status).toBe(400);
    expect((await fetch(`${service.internalUrl}/checks`, { method: 'DELETE' })).status).toBe(405);
  });

  it('calls the callback URL for a POST with a token alone', async () => {
    expect((await fetch(`${service.internalUrl}/checks`, { method: 'POST' })).status).toBe(401);
    const token = 'y'.repeat(43);
    const other = await startTestService({ API_TOKENS: `n=${token};events:replay` });
    try {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${other.internalUrl}/checks`, { method: 'POST', headers });
      const { skipped } = (await answer.json()) as { skipped: { check: string; reason: string }[] };
      expect(skipped.filter(({ reason }) => reason.includes('POST /checks'))).toEqual([]);
    } finally {
      await other.remove();
    }
  });

  it('needs events:read beyond loopback', async () => {
    const token = 'x'.repeat(43);
    const other = await startTestService({ INTERNAL_HOST: '0.0.0.0', API_TOKENS: `n=${token};numbers:read` });
    try {
      const url = `${other.internalUrl.replace('0.0.0.0', '127.0.0.1')}/checks`;
      expect((await fetch(url)).status).toBe(401);
      expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(403);
    } finally {
      await other.remove();
    }
  });
});
