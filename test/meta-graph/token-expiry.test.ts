import { describe, expect, it } from '@jest/globals';
import { createTokenExpiry } from '../../src/meta-graph/token-expiry.ts';
import { ACCOUNT, clientOf, createClock, standInWith } from '../support/graph.ts';
import { until } from '../support/until.ts';

const EXPIRES_AT = Date.UTC(2027, 0, 1) / 1000;

describe('when the access token ends', () => {
  it('is read in the background, once an hour, and again for a new token', async () => {
    const graph = await standInWith({ tokenExpiresAt: EXPIRES_AT });
    const clock = createClock();
    let token = graph.accessToken;
    const client = clientOf(graph);
    const expiresMs = createTokenExpiry({ client, accountId: ACCOUNT, accessToken: () => token, now: clock.now });
    const reads = () => graph.calls.filter(({ path }) => path === '/debug_token').length;
    expect(expiresMs()).toBeNull();
    await until(() => expiresMs() === EXPIRES_AT * 1000);
    expect(reads()).toBe(1);
    clock.pass(60 * 60_000);
    expect(expiresMs()).toBe(EXPIRES_AT * 1000);
    await until(() => reads() === 2);
    token = 'EAAnother';
    expect(expiresMs()).toBeNull();
    await until(() => reads() === 3);
    // Meta says of it that it is not valid, and nothing more.
    expect([expiresMs(), reads()]).toEqual([null, 3]);
    expect(JSON.stringify(graph.calls)).not.toContain(token);
  });

  it('is not known where Meta does not tell, and where it never ends', async () => {
    const graph = await standInWith();
    const of = { client: clientOf(graph), accountId: ACCOUNT, accessToken: () => graph.accessToken, now: Date.now };
    const never = createTokenExpiry(of);
    never();
    await until(() => graph.calls.length === 1);
    expect(never()).toBeNull();
    graph.script({ path: /debug_token/, status: 400, body: { error: { code: 100, message: 'Not for this token' } } });
    const refused = createTokenExpiry(of);
    refused();
    await until(() => graph.calls.length === 2);
    expect(refused()).toBeNull();
  });
});
