/** A token that is bound to an app sees and changes only what belongs to it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCOPES, tokenDigest } from '../../../src/config/api-tokens.ts';
import { createLookUps } from '../../../src/phone-numbers/look-ups/look-ups.ts';
import { ACCOUNT, directoryOf, NUMBER, OTHER_ACCOUNT, standInWith } from '../../support/graph.ts';
import { startInternal } from '../../support/internal-listener.ts';
import { ask, nameUpdate, postSigned, signatureOf } from '../../support/signed-request.ts';
import { startTestService, type TestService } from '../../support/start-service.ts';

const TOKEN = 'bound-token-0123456789';
const HEADERS = { authorization: `Bearer ${TOKEN}` };
const SECRETS = { shop: 'shop-secret-0123456789', bank: 'bank-secret-0123456789' };

describe('events', () => {
  let service: TestService;
  const get = async (path: string) => {
    const { status, text } = await ask(service.internalUrl + path, { headers: HEADERS });
    return { status, body: JSON.parse(text) };
  };
  const post = (app: keyof typeof SECRETS, body: string) =>
    postSigned(`${service.webhookUrl}/${app}`, body, { 'x-hub-signature-256': signatureOf(body, SECRETS[app]) });
  beforeAll(async () => {
    const apps = Object.entries(SECRETS).map(([name, secret]) => ({ name, secrets: [secret], verify_token: 'verify' }));
    const all = SCOPES.join('+');
    service = await startTestService({
      META_APPS: JSON.stringify(apps),
      API_TOKENS: `shop=${TOKEN};${all};app=shop,all=all-${TOKEN};${all}`,
    });
    for (const app of ['shop', 'bank'] as const) {
      expect((await post(app, nameUpdate().body)).status).toBe(200);
      await post(app, `not json of ${app}`);
      await postSigned(`${service.webhookUrl}/${app}`, '{}');
    }
  });
  afterAll(() => service?.remove());

  it('lists, dead letters and failed deliveries are those of the app', async () => {
    const events = (await get('/events')).body.data;
    expect(events.map(({ event }: { event: { app: string } }) => event.app)).toEqual(['shop', 'shop']);
    expect((await get('/dead-letters')).body.data).toHaveLength(1);
    const failed = (await get('/deliveries')).body.data;
    expect(failed.map(({ app }: { app: string }) => app)).toEqual(['shop']);
  });

  it('dead letters of another app are neither shown nor replayed', async () => {
    const headers = { authorization: `Bearer all-${TOKEN}` };
    const { data } = JSON.parse((await ask(`${service.internalUrl}/dead-letters`, { headers })).text);
    expect(data).toHaveLength(2);
    const statuses = await Promise.all(
      data.flatMap(({ id, at }: { id: string; at: string }) => [
        get(`/dead-letters/${id}?at=${at}`).then(({ status }) => status),
        ask(`${service.internalUrl}/dead-letters/${id}/replay?at=${at}`, { method: 'POST', headers: HEADERS }).then(
          ({ status }) => status,
        ),
      ]),
    );
    expect(statuses.sort()).toEqual([200, 200, 404, 404]);
  });

  it('what is about all apps is refused', async () => {
    for (const path of ['/checks', '/console/history']) expect((await get(path)).status).toBe(403);
    expect((await get('/schemas')).status).toBe(200);
  });
});

describe('phone numbers', () => {
  it('are those of the accounts of the app', async () => {
    const other = { id: '3', display_phone_number: '+49 1512 3456789' };
    const graph = await standInWith({
      accounts: [
        { id: ACCOUNT, numbers: [NUMBER] },
        { id: OTHER_ACCOUNT, numbers: [other] },
      ],
    });
    const url = await startInternal({
      tokens: () => [{ name: 'shop', digest: tokenDigest(TOKEN), scopes: SCOPES, app: 'shop' }],
      lookUps: createLookUps(directoryOf(graph, { accountIds: [ACCOUNT, OTHER_ACCOUNT] }), Date.now),
      accountsOf: (app) => (app === 'shop' ? [ACCOUNT] : [OTHER_ACCOUNT]),
      management: { run: async () => ({}) },
    });
    const status = async (path: string, init: RequestInit = {}) =>
      (await ask(url + path, { headers: HEADERS, ...init })).status;
    const list = JSON.parse((await ask(`${url}/phone-numbers`, { headers: HEADERS })).text);
    expect(list.data.map(({ phone_number_id }: { phone_number_id: string }) => phone_number_id)).toEqual([NUMBER.id]);
    expect(list.accounts).toHaveLength(1);
    const health = JSON.parse((await ask(`${url}/phone-numbers/health`, { headers: HEADERS })).text);
    expect(health.data).toHaveLength(1);
    expect(Object.values(health.summary).reduce<number>((sum, count) => sum + Number(count), 0)).toBe(1);
    expect(await status(`/phone-numbers/${NUMBER.id}`)).toBe(200);
    expect(await status('/phone-numbers/by-number/16315555555')).toBe(200);
    for (const path of [
      '/phone-numbers/3',
      '/phone-numbers/3/health',
      '/phone-numbers/by-number/4915123456789',
      `/phone-numbers?account_id=${OTHER_ACCOUNT}`,
      '/phone-numbers/3/registration',
      `/accounts/${OTHER_ACCOUNT}/webhook`,
    ]) {
      expect([path, await status(path)]).toEqual([path, 404]);
    }
    expect(await status('/phone-numbers/3/deregister', { method: 'POST' })).toBe(404);
    expect(await status(`/phone-numbers/${NUMBER.id}/deregister`, { method: 'POST' })).toBe(200);
  });
});
