import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pauseMs } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLog } from '../../../src/core/log.ts';
import { createTokenProvider, type KafkaSasl } from '../../../src/stores/kafka/security.ts';
import { describeOwnKafka } from '../../support/kafka.ts';
import { patience } from '../../support/patience.ts';
import { makeAuthority } from '../../support/tls-certificates.ts';
import { until } from '../../support/until.ts';
import { JAVA_OPTIONS, javaCommand } from './broker/jars.ts';
import { runWithInput } from './broker/run-with-input.ts';
import { type Broker, startBroker } from './broker/start.ts';
import { makeRecord, openStore, topicPlan, untilReady } from './support.ts';

const endpoint = { tokenEndpointUrl: 'https://id.example/token', clientId: 'a:b', clientSecret: 'é', scope: 'kafka' };

describe('createTokenProvider', () => {
  it('asks with the client credentials grant and uses the token for most of its life', async () => {
    let nowMs = 0;
    const fetch = jest.fn<typeof globalThis.fetch>(async () =>
      Response.json({ access_token: `t${nowMs}`, expires_in: 100 }),
    );
    const token = createTokenProvider(endpoint, { fetch, now: () => nowMs, timeoutMs: 1000 });
    expect(await Promise.all([token(), token()])).toEqual(['t0', 't0']);
    nowMs = 79_999;
    expect(await token()).toBe('t0');
    nowMs = 80_000;
    expect(await token()).toBe('t80000');
    expect(fetch).toHaveBeenCalledTimes(2);
    const [url, request] = fetch.mock.calls[0] ?? [];
    expect(url).toBe(endpoint.tokenEndpointUrl);
    expect(request).toMatchObject({
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('a%3Ab:%C3%A9').toString('base64')}` },
      body: 'grant_type=client_credentials&scope=kafka',
    });
  });

  it.each([
    ['an error', async () => Response.json({ error: 'invalid_client' }, { status: 401 }), /answered 401/],
    ['no JSON', async () => new Response('<html>'), /gave no token \(status 200\)/],
    ['nothing', () => Promise.reject(new Error('getaddrinfo ENOTFOUND')), /gave no token \(status none\): getaddrinfo/],
  ])('says what is wrong when the endpoint answers with %s, and asks again', async (_what, answer, message) => {
    const fetch = jest.fn<typeof globalThis.fetch>(answer as typeof globalThis.fetch);
    const token = createTokenProvider(endpoint, { fetch, now: () => 0, timeoutMs: 1000 });
    await expect(token()).rejects.toThrow(message);
    await expect(token()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(fetch).toHaveBeenCalledTimes(2);
  });
});

/** What Kafka's unsecured validator accepts: for tests only. */
function unsecuredToken(): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const nowSeconds = Math.floor(Date.now() / 1000);
  return `${encode({ alg: 'none' })}.${encode({ sub: 'hubcast', iat: nowSeconds, exp: nowSeconds + 600 })}.`;
}

const SESSION_MS = 5_000;

describeOwnKafka('a broker that asks for a log-in', () => {
  let broker: Broker;
  const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const bearerModule = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required';

  beforeAll(async () => {
    const listener = 'listener.name.client';
    broker = await startBroker({
      clientProtocol: 'SASL_PLAINTEXT',
      client: { sasl: { mechanism: 'plain', username: 'hubcast', password: 'secret' } },
      properties: {
        // Shorter than the 10 s before their end at which kafkajs logs in again.
        'connections.max.reauth.ms': SESSION_MS,
        [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,OAUTHBEARER,SCRAM-SHA-256,SCRAM-SHA-512',
        [`${listener}.scram-sha-256.sasl.jaas.config`]: scramModule,
        [`${listener}.scram-sha-512.sasl.jaas.config`]: scramModule,
        [`${listener}.plain.sasl.jaas.config`]: `${plainModule} user_hubcast="secret";`,
        [`${listener}.oauthbearer.sasl.jaas.config`]: `${bearerModule} unsecuredLoginStringClaim_sub="broker";`,
      },
    });
    const source = join(import.meta.dirname, 'ScramUser.java');
    await runWithInput(javaCommand(), [...JAVA_OPTIONS, source, broker.brokers.join(','), 'hubcast', 'pepper'], '');
  }, 300_000);
  afterAll(() => broker?.close(), 60_000);

  const logins: [string, () => KafkaSasl][] = [
    ['SCRAM-SHA-256', () => ({ mechanism: 'SCRAM-SHA-256', username: 'hubcast', password: 'pepper' })],
    ['SCRAM-SHA-512', () => ({ mechanism: 'SCRAM-SHA-512', username: 'hubcast', password: 'pepper' })],
    ['PLAIN', () => ({ mechanism: 'PLAIN', username: 'hubcast', password: 'secret' })],
    ['OAUTHBEARER', () => ({ mechanism: 'OAUTHBEARER', token: async () => unsecuredToken() })],
  ];

  it.each(logins)('takes writes after a %s log-in', async (_mechanism, sasl) => {
    const plan = topicPlan('messages');
    const store = openStore(broker.brokers, [plan], { sasl });
    await store.append([makeRecord(plan.name)]);
    await store.close();
  });

  it('writes without a pause or a failure over sessions that end, busy or idle', async () => {
    const lines: string[] = [];
    const warnings = createLog('warn', { write: (line: string) => void lines.push(line) });
    const ends = logins.map(async ([, sasl]) => {
      const plan = topicPlan('messages');
      const store = openStore(broker.brokers, [plan], { sasl, log: warnings });
      await untilReady(store);
      let slowestMs = 0;
      const write = async () => {
        const startedMs = performance.now();
        await store.append([makeRecord(plan.name)]);
        slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      };
      await write();
      slowestMs = 0;
      for (const endMs = performance.now() + 2 * SESSION_MS; performance.now() < endMs; ) {
        await write();
        await pauseMs(20);
      }
      await pauseMs(SESSION_MS + 1_000);
      await write();
      await store.close();
      return slowestMs;
    });
    // Within one attempt.
    for (const slowestMs of await Promise.all(ends)) expect(slowestMs).toBeLessThan(patience(1_800));
    expect(lines).toEqual([]);
  }, 60_000);

  it('says so when the password is wrong, and uses the right one without a restart', async () => {
    const plan = topicPlan('messages');
    let password = 'wrong';
    const sasl = () => ({ mechanism: 'PLAIN', username: 'hubcast', password }) as const;
    const store = openStore(broker.brokers, [plan], { sasl, writeTimeoutMs: 1500 });
    await expect(store.append([makeRecord(plan.name)])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/Authentication failed/i),
    });
    expect(await store.readiness()).toMatchObject({
      ready: false,
      reason: expect.stringMatching(/Authentication failed/i),
    });
    password = 'secret';
    await untilReady(store, 5000);
    await store.append([makeRecord(plan.name)]);
    await store.close();
  });
});

describeOwnKafka('a broker that speaks TLS and asks for a certificate', () => {
  let folder: string;
  let broker: Broker;
  let cert: string;
  let key: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hubcast-tls-'));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ];
    execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' });
    [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')];
    const listener = 'listener.name.client.ssl';
    broker = await startBroker({
      clientProtocol: 'SSL',
      client: { ssl: { ca: cert, cert, key } },
      properties: {
        [`${listener}.keystore.type`]: 'PEM',
        [`${listener}.keystore.certificate.chain`]: cert,
        [`${listener}.keystore.key`]: key,
        [`${listener}.truststore.type`]: 'PEM',
        [`${listener}.truststore.certificates`]: cert,
        [`${listener}.client.auth`]: 'required',
      },
    });
  }, 300_000);
  afterAll(async () => {
    await broker?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('takes writes over TLS with a client certificate', async () => {
    const plan = topicPlan('messages');
    const store = openStore(broker.brokers, [plan], { tls: () => ({ ca: cert, cert, key }) });
    await store.append([makeRecord(plan.name)]);
    await store.close();
  });

  it('says so when the authority is not trusted', async () => {
    const store = openStore(broker.brokers, [topicPlan('messages')], { tls: { cert, key }, writeTimeoutMs: 1500 });
    await until(async () => {
      const readiness = await store.readiness();
      return !readiness.ready && readiness.reason.includes('self-signed certificate');
    });
    await store.close();
  });

  it.each([
    ['is missing', () => ({ ca: cert })],
    ['is from an authority that it does not know', () => ({ ca: cert, ...makeAuthority('strangers').sign('/CN=us') })],
  ])('says so when our certificate %s', async (_what, tls) => {
    const plan = topicPlan('messages');
    const store = openStore(broker.brokers, [plan], { tls, writeTimeoutMs: 1500 });
    const says = 'refuses our client certificate';
    await expect(store.append([makeRecord(plan.name)])).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining(says),
    });
    await until(async () => {
      const readiness = await store.readiness();
      return !readiness.ready && readiness.reason.includes(says);
    });
    await store.close();
  });
});
