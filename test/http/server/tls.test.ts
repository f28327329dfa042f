import { X509Certificate } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startService } from '../../../src/app/service.ts';
import { createLiveSettings } from '../../../src/config/live-settings.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import { createLog } from '../../../src/core/log.ts';
import { openRaw, type RawClient } from '../../support/raw-http.ts';
import { scrape } from '../../support/scrape.ts';
import { ask, nameUpdate, postSigned, signatureOf } from '../../support/signed-request.ts';
import { APP_SECRET, startTestService, type TestService, VERIFY_TOKEN } from '../../support/start-service.ts';
import { type Certificate, CLIENT, makeAuthority, SERVER } from '../../support/tls-certificates.ts';

const META_NAME = 'client.webhooks.fbclientcerts.com';
const ours = makeAuthority('our authority');
const meta = makeAuthority('test of Meta outbound API CA');
const other = makeAuthority('somebody');
const server = ours.sign('/CN=hooks.example.com', { extensions: SERVER });

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

async function start(env: Record<string, string>): Promise<TestService> {
  const service = await startTestService(env);
  cleanups.push(service.remove);
  return service;
}

const overTls = { TLS_CERT: server.cert, TLS_KEY: server.key };
const required = { ...overTls, TLS_CLIENT_CERTIFICATES: 'require', TLS_CLIENT_CA: meta.cert };

interface TlsAnswer {
  readonly status: number | undefined;
  readonly body: string;
}

/** A signed POST over TLS, with this client certificate or none. */
function post(url: string, client: Partial<Certificate> = {}, more: object = {}): Promise<TlsAnswer> {
  const { body } = nameUpdate();
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', ca: ours.cert, ...client, agent: false, ...more };
    const sent = request(url, { ...options, headers: { 'x-hub-signature-256': signatureOf(body) } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('TLS on the public listener', () => {
  it('stores webhooks over TLS 1.2 and 1.3, and rejects older versions', async () => {
    const { webhookUrl, publicUrl } = await start(overTls);
    expect(publicUrl).toMatch(/^https:/);
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      expect(await post(webhookUrl, {}, { minVersion: version, maxVersion: version })).toMatchObject({ status: 200 });
    }
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(post(webhookUrl, {}, old)).rejects.toThrow(/protocol|version/i);
  });

  it('survives plain HTTP, random bytes and unfinished handshakes', async () => {
    const service = await start({ ...overTls, HEADERS_TIMEOUT_MS: '500' });
    const plain = service.publicUrl.replace('https:', 'http:');
    const silent = await openRaw(plain);
    for (const text of [
      'GET /webhook HTTP/1.1\r\nHost: x\r\n\r\n',
      '\u0016\u0003\u0001\u0000\u0005hello',
      '\0'.repeat(100),
    ]) {
      const client = await openRaw(plain);
      await client.write(text);
      expect(await client.closed(5000)).toBe(true);
      expect(client.received()).not.toContain('HTTP/1.1');
    }
    expect(await silent.closed(5000)).toBe(true);
    expect(await post(service.webhookUrl)).toMatchObject({ status: 200 });
  });

  it('cuts the oldest handshake when as many as MAX_CONNECTIONS are under way', async () => {
    const service = await start({ ...overTls, MAX_CONNECTIONS: '10' });
    const silent: RawClient[] = [];
    for (let count = 0; count < 10; count += 1) {
      silent.push(await openRaw(service.publicUrl.replace('https:', 'http:')));
      await silent.at(-1)?.write('\u0016');
    }
    expect(await post(service.webhookUrl)).toMatchObject({ status: 200 });
    expect(await silent[0]?.closed(5000)).toBe(true);
    for (const client of silent.slice(1)) {
      expect(await client.closed(0)).toBe(false);
      client.destroy();
    }
  });

  it('stops while a handshake is stalled', async () => {
    const service = await start(overTls);
    const silent: RawClient = await openRaw(service.publicUrl.replace('https:', 'http:'));
    await silent.write('\u0016\u0003\u0001');
    await service.stop();
    expect(await silent.closed()).toBe(true);
  });

  it('uses a replaced certificate without dropping connections', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-tls-'));
    const write = ({ cert, key }: Certificate) => {
      for (const [name, text] of [
        ['cert.pem', cert],
        ['key.pem', key],
      ] as const) {
        writeFileSync(join(folder, `${name}.new`), text);
        renameSync(join(folder, `${name}.new`), join(folder, name));
      }
    };
    write(server);
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const live = createLiveSettings(
      {
        META_APP_SECRET: APP_SECRET,
        META_VERIFY_TOKEN: VERIFY_TOKEN,
        DATA_DIR: join(folder, 'data'),
        HOST: '127.0.0.1',
        PORT: '0',
        INTERNAL_PORT: '0',
        TLS_CERT_FILE: join(folder, 'cert.pem'),
        TLS_KEY_FILE: join(folder, 'key.pem'),
      },
      () => log,
    );
    const service = await startService(live.current, log);
    cleanups.push(async () => {
      live.close();
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    await service.ready;
    const { port } = new URL(service.publicUrl ?? '');
    const before = await tlsConnection(Number(port));
    const { value } = await scrape(service.internalUrl);
    const expiresMs = new X509Certificate(server.cert).validToDate.getTime();
    expect(value('hubcast_tls_certificate_expiry_timestamp_seconds')).toBe(expiresMs / 1000);
    const next = ours.sign('/CN=next.example.com', { extensions: SERVER });
    // The key is late: for a while the two do not fit.
    writeFileSync(join(folder, 'cert.pem'), next.cert);
    await until(() => lines.some((line) => line.includes('the changed certificate cannot be used')));
    expect(await shownName(Number(port))).toBe('hooks.example.com');
    write(next);
    await until(() => lines.some((line) => line.includes('was replaced')));
    expect(await shownName(Number(port))).toBe('next.example.com');
    const answer = new Promise<string>((resolve) => before.once('data', (data) => resolve(data.toString())));
    before.write(`GET /webhook HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await answer).toMatch(/^HTTP\/1.1 403/);
    before.destroy();
  }, 30_000);

  it.each([
    [{ TLS_CERT: server.cert }, 'TLS_CERT and TLS_KEY belong together'],
    [{ TLS_CLIENT_CERTIFICATES: 'require' }, 'TLS_CLIENT_CERTIFICATES=require needs TLS_CERT and TLS_CLIENT_CA, or'],
    [{ ...overTls, TLS_CLIENT_CERTIFICATES: 'require' }, 'TLS_CLIENT_CERTIFICATES=require needs'],
    [{ ...overTls, TLS_CLIENT_CA: meta.cert }, 'TLS_CLIENT_CA is set, but TLS_CLIENT_CERTIFICATES is off'],
    [{ TRUSTED_PROXIES: '10.0.0.0/8' }, 'TRUSTED_PROXIES is set, but'],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES entry 1 is no address or network'],
    [{ TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES entry 1 is a network of strangers'],
    [{ TRUSTED_PROXIES: 'proxy.local' }, 'TRUSTED_PROXIES entry 1 is no address or network'],
  ])('refuses settings that would protect nothing: %#', (env, problem) => {
    expect(() => readSettings({ META_APP_SECRET: 's', META_VERIFY_TOKEN: 't', ...env })).toThrow(problem);
  });

  it('rejects an invalid certificate at the start', async () => {
    await expect(startTestService({ TLS_CERT: 'x', TLS_KEY: 'y' })).rejects.toMatchObject({
      code: 'configuration_invalid',
    });
    await expect(startTestService({ TLS_CERT: server.cert, TLS_KEY: other.key })).rejects.toThrow(
      'TLS_CERT, TLS_KEY cannot be used',
    );
  });
});

describe('client certificates', () => {
  const metas = meta.sign(`/O=Meta/CN=${META_NAME}`);
  const named = meta.sign('/O=Meta', { extensions: [...CLIENT, `subjectAltName=DNS:${META_NAME}`] });

  it("are taken of Meta's kind, by common name and by DNS name, also on a resumed session", async () => {
    const { webhookUrl } = await start(required);
    expect(await post(webhookUrl, metas)).toMatchObject({ status: 200 });
    expect(await post(webhookUrl, named)).toMatchObject({ status: 200 });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const sessions: Buffer[] = [];
      const { port } = new URL(webhookUrl);
      const first = await tlsConnection(Number(port), { ...metas, maxVersion });
      first.on('session', (session) => sessions.push(session));
      first.write('GET /webhook HTTP/1.1\r\nHost: x\r\n\r\n');
      if (maxVersion === 'TLSv1.2') sessions.push(first.getSession() as Buffer);
      await until(() => sessions.length > 0);
      first.destroy();
      const resumed = await tlsConnection(Number(port), { ...metas, maxVersion, session: sessions[0] });
      expect(resumed.isSessionReused()).toBe(true);
      const answer = new Promise<string>((resolve) => resumed.once('data', (data) => resolve(data.toString())));
      resumed.write('GET /webhook HTTP/1.1\r\nHost: x\r\n\r\n');
      // The handshake's own refusal: the certificate was taken.
      expect(await answer).toContain('verification_refused');
      resumed.destroy();
    }
  });

  it.each([
    ['none', () => ({}), 'showed no client certificate'],
    ['one of another authority', () => other.sign(`/CN=${META_NAME}`), 'not accepted by TLS_CLIENT_CA'],
    ['one that it signed itself', () => makeAuthority(META_NAME), 'not accepted by TLS_CLIENT_CA'],
    ['one of the same authority and another name', () => meta.sign('/CN=other.fbclientcerts.com'), 'is not that of'],
    ['a name that only begins so', () => meta.sign(`/CN=${META_NAME}.evil.example`), 'is not that of'],
    ['two common names', () => meta.sign(`/CN=evil/CN=${META_NAME}`), 'is not that of'],
    ['the name in another part of the subject', () => meta.sign(`/CN=evil/O=CN=${META_NAME}`), 'is not that of'],
    [
      'a DNS name that holds another',
      () => meta.sign('/O=x', { extensions: [...CLIENT, `subjectAltName=email:a@b.example,URI:DNS:${META_NAME}`] }),
      'is not that of',
    ],
    [
      'a wildcard',
      () => meta.sign('/O=x', { extensions: [...CLIENT, 'subjectAltName=DNS:*.webhooks.fbclientcerts.com'] }),
      'is not that of',
    ],
    [
      "a server's certificate",
      () => meta.sign(`/CN=${META_NAME}`, { extensions: SERVER }),
      'not accepted by TLS_CLIENT_CA',
    ],
    ['one that has expired', () => meta.sign(`/CN=${META_NAME}`, { days: -1 }), 'CERT_HAS_EXPIRED'],
  ])('are refused: %s', async (_what, client, reason) => {
    const service = await start(required);
    const { status, body } = await post(service.webhookUrl, client());
    expect({ status, code: JSON.parse(body).error.code }).toEqual({ status: 403, code: 'client_certificate_refused' });
    expect(service.logged('refused before its body')).toMatchObject([
      { level: 'warn', diagnosis: expect.stringContaining(reason) },
    ]);
    const failed = await ask(`${service.internalUrl}/deliveries?outcome=client_certificate_refused`);
    expect(JSON.parse(failed.text).data).toMatchObject([{ status: 403, diagnosis: expect.stringContaining(reason) }]);
    expect(await service.records()).toEqual([]);
  });
});

describe('a client certificate that a proxy has verified', () => {
  const header = 'X-Amzn-Mtls-Clientcert-Subject';
  const behind = (TRUSTED_PROXIES: string) => ({
    TLS_CLIENT_CERTIFICATES: 'require',
    TLS_CLIENT_HEADER: header,
    TRUSTED_PROXIES,
  });
  const send = (service: TestService, subject: string | undefined) =>
    postSigned(service.webhookUrl, nameUpdate().body, subject === undefined ? {} : { [header]: subject });

  it('is believed from a trusted proxy alone', async () => {
    const trusted = await start(behind('10.0.0.0/8, 127.0.0.1'));
    expect((await send(trusted, `CN=${META_NAME},O=Meta Platforms`)).status).toBe(200);
    expect((await send(trusted, META_NAME)).status).toBe(200);
    const elsewhere = await start(behind('10.0.0.0/8, ::1'));
    expect((await send(elsewhere, `CN=${META_NAME}`)).status).toBe(403);
    expect(await elsewhere.records()).toEqual([]);
  });

  it.each([
    undefined,
    '',
    'CN=evil.example',
    `O=x\\,CN=${META_NAME}`,
    `O="x,CN=${META_NAME}"`,
    `CN=evil.example,CN=${META_NAME}`,
    `CN=${META_NAME},CN=${META_NAME}`,
    `CN=${META_NAME}, CN=evil.example`,
    `OU=CN=${META_NAME}`,
    `CN=${META_NAME}.evil.example`,
  ])('is refused when the header is %j', async (subject) => {
    const service = await start(behind('127.0.0.0/8'));
    expect((await send(service, subject)).status).toBe(403);
  });

  it.each([
    [`CN=${META_NAME}`, 'CN=evil'],
    // Joined by ", ", as Node does it, these would name Meta and nobody else.
    ['O=evil', `CN=${META_NAME}`],
    [`CN=${META_NAME}`, 'O=evil'],
    [`CN=${META_NAME}`, ''],
  ])('is refused when the header came twice: %j and %j', async (first, second) => {
    const service = await start(behind('127.0.0.0/8'));
    const client = await openRaw(service.publicUrl);
    await client.write(`GET /webhook HTTP/1.1\r\nHost: x\r\n${header}: ${first}\r\n${header}: ${second}\r\n\r\n`);
    expect((await client.answer()).body).toContain('client_certificate_refused');
    client.destroy();
    expect(service.logged('refused before its body')).toMatchObject([{ diagnosis: `The ${header} came 2 times.` }]);
  });
});

async function until(reached: () => boolean): Promise<void> {
  for (let n = 0; n < 1000 && !reached(); n += 1) await new Promise((go) => setTimeout(go, 20));
  expect(reached()).toBe(true);
}

function tlsConnection(port: number, more: object = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca: ours.cert, ...more }, () => resolve(socket));
    socket.once('error', reject);
  });
}

async function shownName(port: number): Promise<string | undefined> {
  const socket = await tlsConnection(port);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN as string;
}
