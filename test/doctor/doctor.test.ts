/** Set-ups with one thing wrong: each is found, named, and comes with its fix. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FINDINGS, type FindingCode } from '../../src/doctor/findings.ts';
import { markDamaged } from '../../src/stores/journal/damage-mark.ts';
import { journalFile } from '../../src/stores/journal/files.ts';
import { openTestJournal } from '../stores/journal/support/scratch.ts';
import { ACCOUNT, NUMBER, OTHER_ACCOUNT } from '../support/graph.ts';
import { startTestService, type TestService } from '../support/start-service.ts';
import { ALL_FIELDS, APP_ID, CALLBACK_URL, examineSetup, refuseConnection, type Setup } from './healthy.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

const IN_A_WEEK = Math.floor(Date.now() / 1000) + 7 * 24 * 60 * 60;
const subscription = (more: object) => ({
  app: { subscription: { callback_url: CALLBACK_URL, fields: ALL_FIELDS, ...more } },
});
const account = (more: object) => ({ graph: { accounts: [{ id: ACCOUNT, numbers: [NUMBER], ...more }] } });
const number = (more: object) => account({ numbers: [{ ...NUMBER, ...more }] });
const answersWith = (status: number, body = '', headers = {}) => ({
  proxy: () => new Response(body, { status, headers }),
});
const toPosts = (status: number, body = '') => ({
  proxy: ({ method }: { method: string }) => (method === 'POST' ? new Response(body, { status }) : undefined),
});
const toLargePosts = (answer: () => Response): Setup => ({
  proxy: ({ bytes }) => (bytes > 1_000_000 ? answer() : undefined),
});
const graphAnswers = (path: RegExp, status: number, error: object): Setup => ({
  breakGraph: (graph) => graph.script({ path, times: 9, status, body: { error } }),
});
const versions = (name: string, version: string) => ({
  fields: ALL_FIELDS.map((field) => (field.name === name ? { name, version } : field)),
});

/** What is broken, what is found, what stands in the finding, and what else follows from it. */
const BROKEN: readonly (readonly [string, Setup, FindingCode, string | RegExp, (readonly FindingCode[])?])[] = [
  ['Graph is away', { env: { META_GRAPH_URL: 'http://127.0.0.1:9' } }, 'graph_unreachable', /no connection|bad port/],
  [
    'Graph answers with HTML',
    { breakGraph: (graph) => graph.script({ times: 99, status: 502, body: '<html>' }) },
    'graph_unreachable',
    'HTTP 502',
  ],
  [
    'Graph answers something else than documented',
    { breakGraph: (graph) => graph.script({ path: /subscriptions/, times: 9, body: { data: 7 } }) },
    'graph_unreachable',
    'not as Meta documents',
  ],
  [
    'Graph takes no more calls',
    graphAnswers(/subscribed_apps/, 400, { message: 'x', code: 80008 }),
    'graph_throttled',
    /80008|limit of calls/,
  ],
  [
    'this clock is wrong',
    { breakGraph: (graph) => graph.script({ times: 99, headers: { Date: 'Sun, 06 Nov 2033 08:49:37 GMT' } }) },
    'clock_skewed',
    'behind',
  ],
  ['the app id is not set', { env: { META_APP_ID: undefined } }, 'app_id_missing', 'META_APP_ID'],
  ['the app id is of another app', { env: { META_APP_ID: '99' } }, 'app_credentials_refused', '99', []],
  [
    'the App Secret is wrong',
    { env: { META_APP_SECRET: 'f'.repeat(32) } },
    'app_credentials_refused',
    APP_ID,
    ['post_signature_refused'],
  ],
  [
    'the App Secret is an access token',
    { env: { META_APP_SECRET: 'EAAGm0PX4ZCpsBA1' } },
    'secret_is_a_token',
    'access token',
    ['app_credentials_refused', 'post_signature_refused'],
  ],
  [
    'secret and verify token are the same',
    { env: { META_VERIFY_TOKEN: 'a4c1f0d2e3b5968778695a4b3c2d1e0f' } },
    'secret_is_the_verify_token',
    'same text',
    ['handshake_refused'],
  ],
  ['there is no access token', { env: { META_ACCESS_TOKEN: undefined } }, 'token_missing', 'META_ACCESS_TOKEN'],
  ['the access token was revoked', { breakGraph: (graph) => graph.expireToken(true) }, 'token_invalid', 'not valid'],
  [
    'the access token was revoked, and the app id is not known',
    { env: { META_APP_ID: undefined }, breakGraph: (graph) => graph.expireToken(true) },
    'token_invalid',
    '190',
    ['app_id_missing'],
  ],
  ['the access token is of another app', { app: { token: { app_id: '12345' } } }, 'token_of_another_app', '12345'],
  [
    'the access token lacks management',
    { app: { token: { scopes: ['whatsapp_business_messaging'] } } },
    'token_scope_missing',
    'whatsapp_business_management',
  ],
  [
    'the access token lacks messaging',
    { app: { token: { scopes: ['whatsapp_business_management'] } } },
    'token_messaging_missing',
    'whatsapp_business_messaging',
  ],
  [
    'the access token does not cover the account',
    { app: { token: { granular_scopes: [{ scope: 'whatsapp_business_management', target_ids: ['1'] }] } } },
    'token_account_not_granted',
    ACCOUNT,
  ],
  ['the access token expires in a week', { graph: { tokenExpiresAt: IN_A_WEEK } }, 'token_expires_soon', 'expires at'],
  [
    "the access token's access to data ends in a week",
    { app: { token: { data_access_expires_at: IN_A_WEEK } } },
    'token_expires_soon',
    'access to data',
  ],
  [
    'the secret is not that of the token, and the app id is not known',
    { requireProof: false, env: { META_APP_ID: undefined, META_APP_SECRET: 'f'.repeat(32) } },
    'proof_refused',
    'appsecret_proof',
    ['app_id_missing', 'post_signature_refused'],
  ],
  [
    'a permission was revoked',
    graphAnswers(/subscribed_apps/, 403, { message: 'no', code: 200 }),
    'account_permission_missing',
    'code 200',
  ],
  [
    'Meta refuses for a reason of its own',
    graphAnswers(/subscribed_apps/, 400, { message: 'policy', code: 368 }),
    'graph_refused',
    '368',
  ],
  ['the account does not exist', { env: { WABA_IDS: OTHER_ACCOUNT } }, 'account_not_visible', OTHER_ACCOUNT],
  ['no account is named', { env: { WABA_IDS: undefined } }, 'accounts_missing', 'WABA_IDS'],
  ['there is no subscription', { app: { subscription: null } }, 'subscription_missing', APP_ID],
  ['the subscription is not active', subscription({ active: false }), 'subscription_inactive', 'not active'],
  [
    'the callback URL is another',
    subscription({ callback_url: 'https://old.example.com/hook' }),
    'callback_differs',
    'https://old.example.com/hook',
  ],
  [
    'fields are not subscribed',
    subscription({ fields: ALL_FIELDS.filter(({ name }) => !['security', 'messages'].includes(name)) }),
    'fields_missing',
    'security, messages',
  ],
  [
    'a field is subscribed in a version that ends',
    subscription(versions('security', 'v21.0')),
    'field_version_ending',
    'security (v21.0)',
  ],
  [
    'the capability field is subscribed in an old version',
    subscription(versions('business_capability_update', 'v23.0')),
    'field_version_old',
    'v23.0',
  ],
  ['the app is not subscribed to the account', account({ subscribed: false }), 'account_not_subscribed', ACCOUNT],
  [
    'the account has an override',
    account({ overrideUrl: 'https://elsewhere.example.com' }),
    'account_diverted',
    'https://elsewhere.example.com',
  ],
  ['the account has no number', account({ numbers: [] }), 'account_empty', ACCOUNT],
  [
    'a number has an override',
    number({ webhook_configuration: { phone_number: 'https://elsewhere.example.com' } }),
    'number_diverted',
    NUMBER.id,
  ],
  [
    'a number is not registered',
    number({ platform_type: 'NOT_APPLICABLE', status: 'PENDING' }),
    'number_not_registered',
    NUMBER.id,
  ],
  ['a number is banned', number({ status: 'BANNED' }), 'number_not_connected', 'BANNED'],
  ['the Graph version has ended', { env: { META_GRAPH_VERSION: 'v19.0' } }, 'graph_version_ended', 'v19.0'],
  ['the Graph version is old', { env: { META_GRAPH_VERSION: 'v23.0' } }, 'graph_version_old', 'v23.0'],
  ['bodies of full size are not taken', { env: { MAX_BODY_BYTES: '1048576' } }, 'body_limit_small', '1048576'],
  [
    'the callback URL is on this machine',
    {
      url: 'https://127.0.0.1:1/webhook',
      certificate: refuseConnection,
      ...subscription({ callback_url: 'https://127.0.0.1:1/webhook' }),
    },
    'callback_not_public',
    '127.0.0.1',
    ['callback_unreachable'],
  ],
  [
    'the callback URL is not https',
    { url: 'http://hooks.example.com/webhook', ...subscription({ callback_url: 'http://hooks.example.com/webhook' }) },
    'callback_not_https',
    'http://hooks.example.com',
  ],
  ['nobody listens', { certificate: refuseConnection }, 'callback_unreachable', 'ECONNREFUSED'],
  ['the connection breaks after TLS', { proxy: refuseConnection }, 'callback_unreachable', 'ECONNREFUSED'],
  [
    'the certificate is self-signed',
    { certificate: async () => ({ problem: 'DEPTH_ZERO_SELF_SIGNED_CERT', validToMs: Date.now() + 9e9 }) },
    'certificate_invalid',
    'SELF_SIGNED',
  ],
  [
    'the certificate expires soon',
    { certificate: async () => ({ problem: null, validToMs: Date.now() + 1e8 }) },
    'certificate_expires_soon',
    'expires at',
  ],
  [
    'the service has another verify token',
    { env: { META_VERIFY_TOKEN: 'another-verify-token' } },
    'handshake_refused',
    '403',
  ],
  [
    'secrets are short',
    { offline: true, env: { META_APP_SECRET: 'short', META_VERIFY_TOKEN: 'fifteen-letters' } },
    'secret_short',
    'META_APP_SECRET has 5, META_VERIFY_TOKEN has 15',
  ],
  [
    'Graph is called without TLS',
    { offline: true, env: { META_GRAPH_URL: 'http://graph.example.com' } },
    'url_without_tls',
    'META_GRAPH_URL is http://graph.example.com',
  ],
  [
    'the internal listener of another machine is called without TLS',
    { offline: true, env: { HUBCAST_URL: 'http://10.0.0.7:8081' } },
    'url_without_tls',
    'HUBCAST_URL is http://10.0.0.7:8081',
  ],
  ['a proxy asks for a login', answersWith(401, 'login'), 'handshake_blocked', '401'],
  ['a bot check answers', answersWith(403, '<html>challenge'), 'handshake_blocked', '403'],
  ['a proxy redirects', answersWith(301, '', { location: 'https://www.example.com' }), 'handshake_redirected', '301'],
  [
    'the path is another',
    { url: 'https://hooks.example.com/hook', ...subscription({ callback_url: 'https://hooks.example.com/hook' }) },
    'handshake_not_found',
    '404',
  ],
  ['the proxy finds no service', answersWith(502), 'handshake_failed', '502'],
  ['a page answers for the service', answersWith(200, '<html>hello'), 'handshake_altered', 'something else'],
  ['a proxy refuses POSTs', toPosts(405), 'post_refused', '405'],
  [
    'a proxy changes bodies',
    toPosts(401, '{"error":{"code":"signature_mismatch"}}'),
    'post_signature_refused',
    'signature_mismatch',
  ],
  [
    'a proxy refuses large bodies',
    toLargePosts(() => new Response('<html>413 Request Entity Too Large', { status: 413 })),
    'body_limit_in_front',
    'A POST of 3 MB with a wrong signature to https://hooks.example.com/webhook is answered with 413, and not by hubcast.',
  ],
  ['a proxy cuts large bodies', toLargePosts(refuseConnection), 'body_limit_in_front', 'gets no answer: ECONNREFUSED'],
  [
    'a page answers large bodies',
    toLargePosts(() => new Response('thank you')),
    'wrong_signature_answered',
    'is answered with 200',
  ],
  [
    'the running service takes smaller bodies',
    toLargePosts(() => new Response('{"error":{"code":"body_too_large"}}', { status: 413 })),
    'body_limit_small',
    'answered with 413, by hubcast',
  ],
  ['the store takes nothing', toPosts(503, '{"error":{"code":"store_full"}}'), 'post_not_stored', 'store_full'],
];

describe('doctor', () => {
  it('is silent about a healthy set-up, and says that it looked at everything', async () => {
    const report = await examineSetup({}, service);
    expect({ findings: report.findings, skipped: report.skipped }).toEqual({ findings: [], skipped: [] });
    const [test] = (await service.records()).slice(-1);
    expect(test?.topic).toBe('whatsapp.unknown');
    expect(JSON.parse(test?.value ?? '')).toMatchObject({
      type: 'whatsapp.hubcast_check',
      data: { test: true, entry_id: '0', value: { made_by: 'hubcast doctor' } },
    });
  });

  it.each(BROKEN)('finds that %s', async (_name, setup, code, said, follows = []) => {
    const { findings } = await examineSetup(setup, service);
    expect(findings.map((finding) => finding.code).sort()).toEqual([code, ...follows].sort());
    const found = findings.find((finding) => finding.code === code);
    expect(found?.what).toMatch(said);
    const { severity, why, fix } = FINDINGS[code];
    expect(found).toMatchObject({
      severity,
      why,
      fix: fix.replace('subscribe"', `subscribe --url ${setup.url ?? CALLBACK_URL}"`),
    });
    expect(JSON.stringify(findings)).not.toMatch(/EAAStandIn|a4c1f0d2e3b5/);
  });

  it('says of what it could not look at why', async () => {
    const { findings, skipped } = await examineSetup({ env: { META_GRAPH_URL: 'http://127.0.0.1:1' } }, service);
    expect(findings).toHaveLength(1);
    expect(skipped).toEqual([
      { check: 'access token', reason: 'Graph could not be reached' },
      { check: `account ${ACCOUNT}`, reason: 'Graph could not be reached' },
      { check: 'clock', reason: 'Graph could not be reached' },
    ]);
  });

  it('sends no request when it is offline', async () => {
    const { findings, skipped } = await examineSetup({ offline: true, proxy: refuseConnection }, service);
    expect(findings).toEqual([]);
    expect(skipped.map(({ reason }) => reason)).toEqual(['offline', 'offline', 'offline', 'offline', 'offline']);
  });

  it('takes the callback URL that Meta has where none is given', async () => {
    const { findings, skipped } = await examineSetup(
      { url: null, proxy: () => new Response('', { status: 502 }) },
      service,
    );
    expect(findings.map(({ code }) => code)).toEqual(['handshake_failed']);
    expect(skipped).toEqual([
      { check: 'test POST', reason: 'the handshake failed' },
      { check: 'body of 3 MB', reason: 'the handshake failed' },
    ]);
  });

  it('finds a journal that is damaged, and one that a service found damaged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-doctor-'));
    try {
      const found = async () => {
        const { findings } = await examineSetup({ env: { DATA_DIR: folder } }, service);
        return findings.filter(({ code }) => code === 'journal_unusable').map(({ what }) => what);
      };
      const file = journalFile(folder);
      writeFileSync(file, 'x'.repeat(10_000), { mode: 0o600 });
      expect(await found()).toEqual([expect.stringMatching(/journal\.db.*damaged.*hubcast journal restore/)]);
      rmSync(file);
      await (await openTestJournal(folder)).close();
      expect(await found()).toEqual([]);
      markDamaged(file);
      expect(await found()).toEqual([`${file} was found damaged while it was in use.`]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('finds a folder that cannot be written, and a journal that is nearly full', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-doctor-'));
    try {
      chmodSync(folder, 0o500);
      const locked = await examineSetup({ env: { DATA_DIR: join(folder, 'data') } }, service);
      // The superuser may write anywhere.
      expect(locked.findings.map(({ code }) => code)).toEqual(process.getuid?.() === 0 ? [] : ['journal_not_writable']);
      const small = await examineSetup({ env: { JOURNAL_MAX_BYTES: '99999999999999' } }, service);
      expect(small.findings.map(({ code }) => code)).toEqual(['disk_small']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('looks at each of several apps', async () => {
    const secret = 'a4c1f0d2e3b5968778695a4b3c2d1e0f';
    const apps = [
      {
        name: 'shop',
        secrets: [secret],
        verify_token: 'verify-token-of-shop',
        app_id: APP_ID,
        accounts: [ACCOUNT],
        access_token: 'wrong',
      },
      { name: 'care', secrets: ['b'.repeat(32)], verify_token: 'verify-token-of-care' },
    ];
    const one = { META_APP_SECRET: undefined, META_VERIFY_TOKEN: undefined, META_APP_ID: undefined };
    const env = { ...one, META_ACCESS_TOKEN: undefined, WABA_IDS: undefined, META_APPS: JSON.stringify(apps) };
    const { findings } = await examineSetup(
      { env, probe: 'not asked for', ...subscription({ callback_url: 'https://hooks.example.com/webhook/shop' }) },
      service,
    );
    expect(findings.map(({ code, what }) => [code, what.split(':')[0]])).toEqual([
      ['token_invalid', 'shop'],
      ['app_id_missing', 'care'],
      ['token_missing', 'care'],
    ]);
  });
});
