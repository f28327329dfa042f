import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEndpoints } from '../../src/app/endpoints.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { topicPlansOf } from '../../src/records/planned-topics.ts';
import type { OutgoingRecord } from '../../src/records/record.ts';
import { readSignature } from '../../src/webhook/signature.ts';
import { ask, nameUpdate, postSigned, signatureOf } from '../support/signed-request.ts';
import { APP_SECRET, startTestService, type TestService } from '../support/start-service.ts';

const SHOP = { name: 'shop', secrets: ['shop-secret-1'], verify_token: 'shop-token' };
const BANK = {
  name: 'bank',
  secrets: ['bank-secret-new', 'bank-secret-old'],
  verify_token: 'bank-token',
  accounts: ['102290129340398'],
  topic_prefix: 'bank.wa',
};

const post = (service: TestService, app: string, body: string, secret: string) =>
  postSigned(`${service.publicUrl}/webhook${app}`, body, { 'x-hub-signature-256': signatureOf(body, secret) });
const challenge = (token: string) => `hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`;

describe('a service with two Meta apps', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ META_APPS: JSON.stringify([SHOP, BANK]) });
  });
  afterAll(() => service.remove());

  it("refuses one app's requests and verify token on the other's path", async () => {
    const { body } = nameUpdate();
    expect((await post(service, '/shop', body, 'bank-secret-new')).status).toBe(401);
    expect((await post(service, '/bank', body, 'shop-secret-1')).status).toBe(401);
    expect((await ask(`${service.publicUrl}/webhook/shop?${challenge('bank-token')}`)).status).toBe(403);
    expect((await ask(`${service.publicUrl}/webhook/shop?${challenge('shop-token')}`)).text).toBe('1158201444');
    expect(await service.records()).toEqual([]);
  });

  it('has nothing on the path of one app, nor on those of apps it does not know', async () => {
    const { body } = nameUpdate();
    for (const path of ['', '/', '/main', '/SHOP', '/shop/x', '/constructor', '/__proto__', '/%73hop%ff', '/%']) {
      expect({ path, status: (await post(service, path, body, 'shop-secret-1')).status }).toEqual({
        path,
        status: 404,
      });
    }
    expect(service.logged('request failed')).toEqual([]);
  });

  it('stores the same body once for each app, under the same event id, in the topics of the app', async () => {
    const { body } = nameUpdate();
    for (const app of ['shop', 'bank', 'shop', 'bank']) {
      const secret = app === 'shop' ? 'shop-secret-1' : 'bank-secret-new';
      expect((await post(service, `/${app}`, body, secret)).status).toBe(200);
    }
    const records = await service.records();
    expect(records.map(({ topic, value }) => [topic, JSON.parse(value).app])).toEqual([
      ['whatsapp.phone-numbers', 'shop'],
      ['bank.wa.phone-numbers', 'bank'],
    ]);
    expect(new Set(records.map(({ headers }) => headers.ce_id)).size).toBe(1);
    expect(service.logged('delivery').at(-1)).toMatchObject({ app: 'bank', outcome: 'stored' });
  });

  it('warns once while the old secret is still used', async () => {
    for (let n = 0; n < 3; n += 1) {
      expect((await post(service, '/bank', nameUpdate().body, 'bank-secret-old')).status).toBe(200);
    }
    expect(service.logged('requests are still signed with an old App Secret')).toMatchObject([
      { level: 'warn', app: 'bank' },
    ]);
    expect(service.logText()).not.toContain('bank-secret');
  });
});

it('sets up the topics of all apps, each once', () => {
  const settings = readSettings({ META_APPS: JSON.stringify([SHOP, BANK]), TOPIC_NAMES: 'unknown=rest' });
  const names = topicPlansOf(settings, settings.PUBLISH_FAMILIES).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['whatsapp.messages', 'bank.wa.messages', 'bank.wa.dead-letter']));
  expect(names.filter((name) => name === 'rest')).toHaveLength(1);
});

describe('META_APPS', () => {
  const problemsOf = (env: Record<string, string>): string[] => {
    try {
      readSettings(env);
    } catch (error) {
      return (error as Error).message.split('\n');
    }
    return [];
  };

  it('reports all problems together, and shows no value', () => {
    const apps = [
      { ...SHOP, name: 'Shop!', verify_token: ' hush', app_secret: 'hush' },
      { ...BANK, secrets: [], accounts: [102290129340398], topic_prefix: 'a b' },
      { name: 'third', secrets: ['hush hush'], verify_token: 'x', app_id: 'hush' },
      'hush',
    ];
    const problems = problemsOf({ META_APPS: JSON.stringify(apps) });
    expect(problems).toHaveLength(9);
    expect(problems.join('\n')).not.toContain('hush');
    expect(problems).toEqual(expect.arrayContaining([expect.stringContaining('META_APPS [1].accounts[0] is no text')]));
  });

  it.each([
    ['{', 'META_APPS is not JSON of the form'],
    ['{}', 'META_APPS is no list'],
    ['[]', 'META_APPS is empty'],
    [JSON.stringify([SHOP, { ...BANK, name: 'shop' }]), '[1].name is that of [0]'],
    [JSON.stringify([SHOP, { ...BANK, secrets: SHOP.secrets }]), '[1].secrets has a secret of [0]'],
  ])('refuses %s', (META_APPS, problem) => {
    expect(problemsOf({ META_APPS })).toEqual([expect.stringContaining(problem)]);
  });

  it('does not stand beside the settings of one app', () => {
    expect(problemsOf({ META_APPS: JSON.stringify([SHOP]), META_APP_SECRET: 's' })).toEqual([
      expect.stringContaining('META_APPS says what META_APP_SECRET would say'),
    ]);
  });

  it('is used again when it changes; an app whose topics are not there waits for the next start', async () => {
    const settingsOf = (apps: object[]) => readSettings({ META_APPS: JSON.stringify(apps) });
    let settings = settingsOf([SHOP]);
    const lines: string[] = [];
    const stored: OutgoingRecord[] = [];
    const endpoint = createEndpoints(() => settings, {
      append: async (records) => void stored.push(...records),
      onStored: [],
      log: createLog('info', { write: (line: string) => void lines.push(line) }),
    });
    const deliver = (name: string, secret: string) => {
      const body = Buffer.from(nameUpdate().body);
      const signature = readSignature(signatureOf(body, secret));
      return endpoint(name)?.receive({ body, signature, traceparent: undefined, receivedMs: 0, deliveryId: 'd' });
    };
    await deliver('shop', 'shop-secret-1');
    settings = settingsOf([{ ...SHOP, secrets: ['shop-secret-2'] }, { ...SHOP, name: 'new', secrets: ['n'] }, BANK]);
    await expect(deliver('shop', 'shop-secret-1')).rejects.toMatchObject({ code: 'signature_mismatch' });
    await deliver('shop', 'shop-secret-2');
    await deliver('new', 'n');
    expect(endpoint('bank')).toBeUndefined();
    expect(lines.filter((line) => line.includes('waits for a restart'))).toHaveLength(1);
    settings = settingsOf([SHOP]);
    expect(endpoint('new')).toBeUndefined();
    expect(stored).toHaveLength(3);
  });
});

describe('ACCEPT_ACCOUNTS', () => {
  const body = (entryId: string) => JSON.stringify({ ...JSON.parse(nameUpdate().body), entry: [entryOf(entryId)] });
  const entryOf = (id: string) => ({ ...JSON.parse(nameUpdate().body).entry[0], id });

  it.each([
    ['quarantine', ['whatsapp.phone-numbers', 'whatsapp.unknown', 'whatsapp.phone-numbers'], undefined],
    ['drop', ['whatsapp.phone-numbers', 'whatsapp.phone-numbers'], 1],
    ['all', ['whatsapp.phone-numbers', 'whatsapp.phone-numbers', 'whatsapp.phone-numbers'], undefined],
  ])('%s', async (ACCEPT_ACCOUNTS, topics, dropped) => {
    const service = await startTestService({ ACCEPT_ACCOUNTS, WABA_IDS: '1001' });
    try {
      // Ours, another's, and the Test button's.
      for (const id of ['1001', '2002', '0']) {
        expect((await postSigned(service.webhookUrl, body(id))).status).toBe(200);
      }
      expect((await service.records()).map(({ topic }) => topic)).toEqual(topics);
      const [, foreign] = service.logged('delivery');
      expect(foreign).toMatchObject({ outcome: 'stored', events: 1, ...(dropped && { dropped }) });
      expect(foreign?.foreign).toBe(ACCEPT_ACCOUNTS === 'all' ? undefined : 1);
    } finally {
      await service.remove();
    }
  });

  it('needs accounts', () => {
    expect(() =>
      readSettings({ META_APP_SECRET: APP_SECRET, META_VERIFY_TOKEN: 't', ACCEPT_ACCOUNTS: 'drop' }),
    ).toThrow('ACCEPT_ACCOUNTS=drop needs WABA_IDS');
    const META_APPS = JSON.stringify([SHOP, BANK]);
    expect(() => readSettings({ META_APPS, ACCEPT_ACCOUNTS: 'quarantine' })).toThrow(
      'needs accounts for shop in META_APPS',
    );
  });
});

it("reads each app's accounts with its own access token and proof", async () => {
  const seen: { path: string; token: string; proof: string | null }[] = [];
  const graph = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://graph');
    const proof = url.searchParams.get('appsecret_proof');
    seen.push({ path: url.pathname, token: request.headers.authorization ?? '', proof });
    response.setHeader('content-type', 'application/json');
    response.end('{"data":[]}');
  });
  await new Promise<void>((resolve) => graph.listen(0, '127.0.0.1', resolve));
  const { port } = graph.address() as AddressInfo;
  const META_APPS = JSON.stringify([
    { ...SHOP, accounts: ['1001'], access_token: 'EAAGshop' },
    { ...BANK, access_token: 'EAAGbank' },
  ]);
  const service = await startTestService({ META_APPS, META_GRAPH_URL: `http://127.0.0.1:${port}` });
  try {
    expect((await ask(`${service.internalUrl}/phone-numbers`)).status).toBe(200);
    const proofOf = (token: string, secret: string) => createHmac('sha256', secret).update(token).digest('hex');
    const lists = seen.filter(({ path }) => path.endsWith('/phone_numbers'));
    const expected = [
      ['/v26.0/1001/phone_numbers', 'Bearer EAAGshop', proofOf('EAAGshop', 'shop-secret-1')],
      ['/v26.0/102290129340398/phone_numbers', 'Bearer EAAGbank', proofOf('EAAGbank', 'bank-secret-new')],
    ];
    expect(lists.map(({ path, token, proof }) => [path, token, proof])).toEqual(expect.arrayContaining(expected));
  } finally {
    await service.remove();
    graph.closeAllConnections();
    graph.close();
  }
});
