/** `hubcast subscribe` against the Graph stand-in: what is missing is set, once, and nothing is removed. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { StandInSubscription } from '../../src/sdk/testing/graph-stand-in/meta-app.ts';
import { type GraphStandIn, startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER, OTHER_ACCOUNT } from '../support/graph.ts';
import { runCli } from '../support/run-cli.ts';
import { makeAuthority, SERVER } from '../support/tls-certificates.ts';
import { ALL_FIELDS, APP_ID } from './healthy.ts';

const SECRET = 'a4c1f0d2e3b5968778695a4b3c2d1e0f';
const VERIFY_TOKEN = 'verify-me-1158201444';
let folder = '';
let callback: Server;
let url = '';
/** Answers the handshake, as hubcast behind a proxy does. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hubcast-subscribe-'));
  const authority = makeAuthority('Test authority');
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  callback = createServer(authority.sign('/CN=localhost', { extensions: SERVER }), (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'https://localhost');
    const right = searchParams.get('hub.verify_token') === VERIFY_TOKEN;
    response.writeHead(right ? 200 : 403).end(right ? searchParams.get('hub.challenge') : 'no');
  });
  await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
  url = `https://localhost:${(callback.address() as AddressInfo).port}/webhook`;
});
afterAll(() => {
  callback?.close();
  rmSync(folder, { recursive: true, force: true });
});

const graphs: GraphStandIn[] = [];
afterEach(async () => {
  for (const graph of graphs.splice(0)) await graph.close();
});

async function graphWith(subscription: StandInSubscription | null, unavailableFields: string[] = []) {
  const graph = await startGraphStandIn({
    accounts: [
      { id: ACCOUNT, numbers: [NUMBER], subscribed: false },
      { id: OTHER_ACCOUNT, numbers: [], overrideUrl: 'https://elsewhere.example.com' },
    ],
    app: { id: APP_ID, secret: SECRET, subscription, unavailableFields },
    // The certificate is of an authority that this process does not know.
    fetch: async (given) => new Response(new URL(String(given)).searchParams.get('hub.challenge')),
  });
  graphs.push(graph);
  return graph;
}

const run = (graph: GraphStandIn, args: string[], env: Record<string, string> = {}) =>
  runCli(['subscribe', ...args], {
    env: {
      META_APP_SECRET: SECRET,
      META_VERIFY_TOKEN: VERIFY_TOKEN,
      META_APP_ID: APP_ID,
      META_ACCESS_TOKEN: graph.accessToken,
      META_GRAPH_URL: graph.url,
      WABA_IDS: `${ACCOUNT},${OTHER_ACCOUNT}`,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      ...env,
    },
  });
const writes = (graph: GraphStandIn) => graph.calls.filter(({ method }) => method === 'POST');

describe('hubcast subscribe', () => {
  it('sets what is missing, keeps what is there, and does nothing the second time', async () => {
    const graph = await graphWith({ callback_url: url, fields: [{ name: 'a_field_of_yours', version: 'v25.0' }] });
    const first = await run(graph, ['--yes']);
    const [app] = JSON.parse(first.stdout).apps;
    expect(app.steps.map(({ kind }: { kind: string }) => kind)).toEqual(['app', 'account']);
    expect(app.done).toBe(true);
    // The callback URL of a test is of this machine, which doctor says.
    expect(app.findings.map(({ code }: { code: string }) => code)).toEqual([
      'callback_not_public',
      'certificate_expires_soon',
    ]);
    expect(graph.subscription()?.fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['a_field_of_yours', 'messages', 'phone_number_name_update']),
    );
    // The account that had the app keeps its override.
    expect(writes(graph).map(({ path }) => path)).toEqual([`/${APP_ID}/subscriptions`, `/${ACCOUNT}/subscribed_apps`]);
    expect(first.stdout + first.stderr).not.toMatch(/verify-me|a4c1f0d2|EAAStandIn/);
    const second = await run(graph, ['--yes']);
    expect(JSON.parse(second.stdout).apps[0]).toMatchObject({ steps: [], done: true });
    expect(writes(graph)).toHaveLength(2);
  });

  it('shows the plan of a dry run and sets nothing; so it does where nobody can be asked', async () => {
    const graph = await graphWith({ callback_url: 'https://old.example.com', fields: ALL_FIELDS });
    const dry = await run(graph, ['--url', url, '--dry-run']);
    expect(JSON.parse(dry.stdout).apps[0]).toMatchObject({
      done: false,
      steps: [{ callbackUrl: url, insteadOf: 'https://old.example.com', added: [] }, { accountId: ACCOUNT }],
    });
    expect(dry.code).toBe(3);
    expect((await run(graph, ['--url', url])).code).toBe(2);
    expect(writes(graph)).toEqual([]);
  });

  it('needs a URL where Meta has none, and one that Meta would take', async () => {
    const graph = await graphWith(null);
    expect(await run(graph, ['--yes'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--url') });
    expect(await run(graph, ['--yes', '--url', 'http://localhost'])).toMatchObject({ code: 2 });
    expect((await run(graph, ['--yes', '--url', url])).stdout).toContain('"done": true');
    expect(graph.subscription()?.callback_url).toBe(url);
  });

  it('says what Meta refuses, without a stack', async () => {
    const graph = await graphWith({ callback_url: url, fields: [] }, ['messages']);
    const { code, stderr } = await run(graph, ['--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('Invalid field messages');
    expect(stderr).not.toMatch(/\n\s+at /);
    const wrong = await run(graph, ['--yes'], { META_APP_SECRET: 'f'.repeat(32) });
    expect({ code: wrong.code, stderr: wrong.stderr }).toEqual({ code: 1, stderr: expect.stringContaining('190') });
  });
});
