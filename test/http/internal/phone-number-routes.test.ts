import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type ApiToken, tokenDigest } from '../../../src/config/api-tokens.ts';
import { createLookUps } from '../../../src/phone-numbers/look-ups/look-ups.ts';
import { type GraphStandIn, STAND_IN_TOKEN } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import {
  ACCOUNT,
  BIG_ID,
  createClock,
  type DirectorySetup,
  directoryOf,
  NUMBER,
  OTHER_ACCOUNT,
  standInWith,
} from '../../support/graph.ts';
import { startInternal } from '../../support/internal-listener.ts';

interface Setup extends DirectorySetup {
  readonly tokens?: readonly ApiToken[];
}

async function serve(graph: GraphStandIn | null, { tokens, ...setup }: Setup = {}): Promise<string> {
  return startInternal({
    tokens: () => tokens ?? [],
    loopback: tokens === undefined,
    lookUps: graph === null ? null : createLookUps(directoryOf(graph, setup), setup.clock?.now ?? Date.now),
  });
}

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

/** As it stands, without the tidying that fetch does with paths. */
async function getRaw(url: string, path: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const two = {
  accounts: [
    { id: ACCOUNT, numbers: [NUMBER, { id: BIG_ID, display_phone_number: '+55 11 8888-7777', quality_rating: 'RED' }] },
    { id: OTHER_ACCOUNT, numbers: [{ id: '3', display_phone_number: '+49 1512 3456789', status: 'BANNED' }] },
  ],
};
const both = { accountIds: [ACCOUNT, OTHER_ACCOUNT] };

describe('GET /phone-numbers', () => {
  it('lists the numbers of all accounts, each with what is to be known of the answer', async () => {
    const url = await serve(await standInWith(two), both);
    const { status, body } = await get(`${url}/phone-numbers`);
    expect(status).toBe(200);
    expect(body.data.map((number: { phone_number_id: string }) => number.phone_number_id)).toEqual([
      NUMBER.id,
      BIG_ID,
      '3',
    ]);
    expect(body.data[0]).toMatchObject({
      phone_number_id: NUMBER.id,
      account_id: ACCOUNT,
      display_phone_number: NUMBER.display_phone_number,
      digits: '16315555555',
      fetched_at: expect.stringMatching(/^\d{4}-.*Z$/),
      stale: false,
      source: 'graph',
      value: { verified_name: 'Lucky Shrub', quality_rating: 'GREEN' },
      derived: { limit: { tier: 'TIER_2K', unique_recipients_per_day: 2_000, scope: 'portfolio' } },
    });
    expect(body.accounts).toMatchObject([{ account_id: ACCOUNT, error: null }, { account_id: OTHER_ACCOUNT }]);
  });

  it.each([
    [`account_id=${OTHER_ACCOUNT}`, ['3']],
    ['quality=red', [BIG_ID]],
    ['status=BANNED', ['3']],
    ['status=CONNECTED&quality=GREEN', [NUMBER.id]],
    ['status=NOTHING_LIKE_IT', []],
  ])('filters by %s', async (query, ids) => {
    const url = await serve(await standInWith(two), both);
    const { body } = await get(`${url}/phone-numbers?${query}`);
    expect(body.data.map((number: { phone_number_id: string }) => number.phone_number_id)).toEqual(ids);
  });

  it('keeps only the members that are asked for', async () => {
    const url = await serve(await standInWith());
    const { body } = await get(`${url}/phone-numbers/${NUMBER.id}?fields=verified_name,status`);
    expect(body.value).toEqual({ verified_name: 'Lucky Shrub', status: 'CONNECTED' });
    expect(body.phone_number_id).toBe(NUMBER.id);
  });

  it.each([
    ['?nothing=1'],
    ['?account_id=abc'],
    ['?account_id=1&account_id=2'],
    ['?quality=%00'],
    ['?fresh=yes'],
    ['?fields=secrets'],
    ['?fields='],
    [`/${NUMBER.id}?account_id=1`],
    ['/health?quality=RED'],
  ])('refuses the query of %s', async (path) => {
    const url = await serve(await standInWith());
    const { status, body } = await get(`${url}/phone-numbers${path}`);
    expect([status, body.error.code]).toEqual([400, 'invalid_query']);
  });
});

describe('GET /phone-numbers/{id} and /by-number/{number}', () => {
  it('keeps an id above 2^53 as text', async () => {
    const url = await serve(await standInWith(two), both);
    expect((await get(`${url}/phone-numbers/${BIG_ID}`)).body.phone_number_id).toBe(BIG_ID);
  });

  it.each([['+1 (631) 555-5555'], ['16315555555'], ['001 631 555 5555'], ['+1/631/555/5555']])(
    'finds %s',
    async (number) => {
      const url = await serve(await standInWith());
      const { body } = await get(`${url}/phone-numbers/by-number/${encodeURIComponent(number)}`);
      expect(body).toMatchObject({ phone_number_id: NUMBER.id, match: 'exact', guess: null, also: [] });
    },
  );

  it('marks a guess', async () => {
    const url = await serve(await standInWith(two), both);
    const { body } = await get(`${url}/phone-numbers/by-number/5511988887777`);
    expect(body).toMatchObject({ phone_number_id: BIG_ID, match: 'inferred', guess: 'brazil_ninth_digit' });
  });

  it('says that there is no API for people', async () => {
    const url = await serve(await standInWith());
    const { status, body } = await get(`${url}/phone-numbers/by-number/4915123456789`);
    expect([status, body.error.code]).toEqual([404, 'phone_number_not_found']);
    expect(body.error.message).toContain('there is no such API');
  });

  it.each([
    ['/phone-numbers/abc', 400, 'invalid_phone_number_id'],
    [`/phone-numbers/${'1'.repeat(40)}`, 400, 'invalid_phone_number_id'],
    ['/phone-numbers/..%2F..%2Fetc%2Fpasswd', 400, 'invalid_phone_number_id'],
    ['/phone-numbers/../../etc/passwd', 400, 'invalid_phone_number_id'],
    ['/phone-numbers/%2e%2e', 400, 'invalid_phone_number_id'],
    ['/phone-numbers/1%00', 400, 'invalid_phone_number_id'],
    ['/phone-numbers/%ff', 400, 'malformed_request'],
    ['/phone-numbers/%', 400, 'malformed_request'],
    ['/phone-numbers/1%3Faccess_token=x', 400, 'invalid_phone_number_id'],
    ['/phone-numbers/12/nothing', 404, 'not_found'],
    ['/phone-numbers/by-number/abc', 400, 'invalid_phone_number'],
    ['/phone-numbers/by-number/..', 400, 'invalid_phone_number'],
    [`/phone-numbers/by-number/${'1'.repeat(40)}`, 400, 'invalid_phone_number'],
    ['/phone-numbers/by-number/1/2', 400, 'invalid_phone_number'],
    ['/phone-numbers/abc/health', 400, 'invalid_phone_number_id'],
  ])('answers %s with %s, and asks Graph nothing', async (path, status, code) => {
    const graph = await standInWith();
    const answer = await getRaw(await serve(graph), path);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain(`"code":"${code}"`);
    expect(answer).not.toContain('passwd');
    expect(graph.calls).toEqual([]);
  });

  it('asks Graph again with fresh=true', async () => {
    const graph = await standInWith();
    const url = await serve(graph);
    await get(`${url}/phone-numbers/${NUMBER.id}`);
    graph.change(NUMBER.id, { quality_rating: 'RED' });
    expect((await get(`${url}/phone-numbers/${NUMBER.id}`)).body.value.quality_rating).toBe('GREEN');
    const { body } = await get(`${url}/phone-numbers/${NUMBER.id}?fresh=true`);
    expect([body.value.quality_rating, body.source]).toEqual(['RED', 'graph']);
  });
});

describe('ETags', () => {
  it('stay the same while the content does, whenever and from where it came', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const url = await serve(graph, { clock });
    const path = `${url}/phone-numbers/${NUMBER.id}`;
    const first = await get(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/".+"$/);
    clock.pass(600_000);
    const second = await get(path, { 'if-none-match': etag });
    expect([second.status, second.body]).toEqual([304, null]);
    expect((await get(path, { 'if-none-match': `"x", ${etag}` })).status).toBe(304);
    expect((await get(path, { 'if-none-match': '*' })).status).toBe(304);
    graph.change(NUMBER.id, { quality_rating: 'RED' });
    clock.pass(600_000);
    const third = await get(path, { 'if-none-match': etag });
    expect(third.status).toBe(200);
    expect(third.headers.get('etag')).not.toBe(etag);
  });
});

describe('GET /phone-numbers/health', () => {
  it('reports states, reasons, portfolios and accounts', async () => {
    const url = await serve(await standInWith(two), both);
    const { body } = await get(`${url}/phone-numbers/health`);
    expect(body.summary).toEqual({ ok: 1, warn: 1, blocked: 1, setting_up: 0, unknown: 0 });
    expect(body.data[2]).toMatchObject({ phone_number_id: '3', health: { state: 'blocked' } });
    expect(body.portfolios).toHaveLength(2);
    expect(body.portfolios[0]).toMatchObject({ registered_numbers: 2, remaining_numbers: 18 });
  });

  it('is the same for one number', async () => {
    const url = await serve(await standInWith(two), both);
    const { body } = await get(`${url}/phone-numbers/${BIG_ID}/health`);
    expect(body).toMatchObject({ phone_number_id: BIG_ID, verified_name: 'Lucky Shrub', health: { state: 'warn' } });
  });
});

describe('what goes wrong', () => {
  const refusal = (code: number, subcode?: number, status = 400) => ({
    status,
    body: {
      error: { message: `Not with ${STAND_IN_TOKEN}`, code, error_subcode: subcode, fbtrace_id: 'Trace1' },
      raw: 'raw-reply',
    },
    times: 9,
  });

  it.each([
    ['a token that has expired', refusal(190, 463, 401), 502, 'graph_token_invalid'],
    ['a missing permission', refusal(200), 502, 'graph_permission_missing'],
    ['a missing permission', refusal(10), 502, 'graph_permission_missing'],
    ['an account that may not be seen', refusal(100, 33), 404, 'account_not_found'],
    ['too many calls', refusal(80008), 503, 'graph_throttled'],
    ['a policy block', refusal(368), 502, 'graph_refused'],
    ['an outage', { status: 500, body: '<html>', times: 9 }, 502, 'graph_unavailable'],
  ])('%s becomes an error of ours', async (_, answer, status, code) => {
    const graph = await standInWith();
    graph.script(answer);
    const result = await get(`${await serve(graph)}/phone-numbers`);
    expect([result.status, result.body.error.code]).toEqual([status, code]);
    expect(JSON.stringify(result.body)).not.toMatch(/raw-reply|EAAStandIn/);
    if (status === 503) expect(Number(result.headers.get('retry-after'))).toBeGreaterThan(100);
    if (typeof answer.body === 'object')
      expect(result.body.error.details).toMatchObject({ fbtrace_id: 'Trace1', meta_says: 'Not with [removed].' });
  });

  it('says so where there is no token', async () => {
    const { status, body, headers } = await get(`${await serve(null)}/phone-numbers/1`);
    expect([status, body.error.code]).toEqual([503, 'graph_not_configured']);
    expect(headers.get('retry-after')).toBe('60');
  });

  it('answers other methods with 405 and the ones it takes', async () => {
    const url = await serve(await standInWith());
    const response = await fetch(`${url}/phone-numbers/1`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${url}/phone-numbers/${NUMBER.id}`, { method: 'HEAD' })).status).toBe(200);
  });

  it('needs a token with the scope numbers:read beyond loopback', async () => {
    const tokens: ApiToken[] = [
      { name: 'reader', digest: tokenDigest('reader-reader-reader'), scopes: ['numbers:read'], app: null },
      { name: 'events', digest: tokenDigest('events-events-events'), scopes: ['events:read'], app: null },
    ];
    const url = await serve(await standInWith(), { tokens });
    const path = `${url}/phone-numbers/${NUMBER.id}`;
    expect((await get(path)).status).toBe(401);
    expect((await get(path, { authorization: 'Bearer events-events-events' })).status).toBe(403);
    expect((await get(path, { authorization: 'Bearer reader-reader-reader' })).status).toBe(200);
  });
});
