import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { type Service, startService } from '../../../src/app/service.ts';
import { readSettings } from '../../../src/config/read-settings.ts';
import { createLog } from '../../../src/core/log.ts';
import { describeOwnKafka } from '../../support/kafka.ts';
import { nameUpdate, postSigned } from '../../support/signed-request.ts';
import { APP_SECRET, VERIFY_TOKEN } from '../../support/start-service.ts';
import { CLIENT, makeAuthority, SERVER } from '../../support/tls-certificates.ts';
import { JAVA_OPTIONS, javaCommand } from './broker/jars.ts';
import { runWithInput } from './broker/run-with-input.ts';
import { type Broker, startBroker } from './broker/start.ts';
import { makeTopics } from './support.ts';

/** ACL numbers of Kafka's protocol, as kafkajs names them. */
const TOPIC = 2;
const PREFIXED = 4;
const ALLOW = 3;
const DESCRIBE = 8;

/** What Kafka's unsecured validator accepts: for tests only. */
function unsecuredToken(): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const nowSeconds = Math.floor(Date.now() / 1000);
  return `${encode({ alg: 'none' })}.${encode({ sub: 'hubcast', iat: nowSeconds, exp: nowSeconds + 600 })}.`;
}

describeOwnKafka('the service and a cluster with TLS, client certificates, log-ins and rights', () => {
  const brokersAuthority = makeAuthority('brokers');
  const clients = makeAuthority('clients');
  const server = brokersAuthority.sign('/CN=broker', { extensions: SERVER });
  const client = clients.sign('/CN=hubcast', { extensions: CLIENT });
  let broker: Broker;
  let tls: Record<string, string>;
  const running: { service: Service; dataDir: string }[] = [];

  beforeAll(async () => {
    const listener = 'listener.name.client';
    const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
    const bearer = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required';
    const ssl = { ca: brokersAuthority.cert, cert: client.cert, key: client.key };
    broker = await startBroker({
      clientProtocol: 'SASL_SSL',
      client: { ssl, sasl: { mechanism: 'plain', username: 'hubcast', password: 'right password' } },
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:hubcast;User:ANONYMOUS',
        [`${listener}.ssl.keystore.type`]: 'PEM',
        [`${listener}.ssl.keystore.certificate.chain`]: server.cert,
        [`${listener}.ssl.keystore.key`]: server.key,
        [`${listener}.ssl.truststore.type`]: 'PEM',
        [`${listener}.ssl.truststore.certificates`]: clients.cert,
        [`${listener}.ssl.client.auth`]: 'required',
        [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,OAUTHBEARER,SCRAM-SHA-256,SCRAM-SHA-512',
        [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
        [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
        [`${listener}.plain.sasl.jaas.config`]: `${plain} user_hubcast="right password" user_reader="reader password" user_nobody="nobody password";`,
        [`${listener}.oauthbearer.sasl.jaas.config`]: `${bearer} unsecuredLoginStringClaim_sub="broker";`,
      },
    });
    tls = {
      KAFKA_BROKERS: broker.brokers.join(','),
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA: brokersAuthority.cert,
      KAFKA_TLS_CERT: client.cert,
      KAFKA_TLS_KEY: client.key,
    };
    const pem = {
      'security.protocol': 'SASL_SSL',
      'sasl.jaas.config': `${plain} username="hubcast" password="right password";`,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': brokersAuthority.cert,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.certificate.chain': client.cert,
      'ssl.keystore.key': client.key,
    };
    const settings = Object.entries(pem).map(([name, value]) => `${name}=${value}`);
    const source = join(import.meta.dirname, 'ScramUser.java');
    const address = broker.brokers.join(',');
    await runWithInput(javaCommand(), [...JAVA_OPTIONS, source, address, 'hubcast', 'pepper pot', ...settings], '');
    const sasl = { mechanism: 'plain' as const, username: 'hubcast', password: 'right password' };
    const admin = new kafkajs.Kafka({ brokers: broker.brokers, ssl, sasl, logLevel: 0 }).admin();
    await admin.connect();
    const everywhere = { host: '*', permissionType: ALLOW, resourceType: TOPIC, resourcePatternType: PREFIXED };
    await admin.createAcls({
      acl: [{ ...everywhere, principal: 'User:reader', resourceName: 'readonly', operation: DESCRIBE }],
    });
    const topics = ['readonly.phone-numbers', 'readonly.dead-letter'];
    await makeTopics(
      admin,
      topics.map((topic) => ({ topic, numPartitions: 1 })),
    );
    await admin.disconnect();
  }, 300_000);
  afterEach(async () => {
    for (const { service, dataDir } of running.splice(0)) {
      await service.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
  afterAll(() => broker?.close(), 60_000);

  async function start(env: Record<string, string>) {
    const dataDir = join(tmpdir(), `hubcast-secure-${randomBytes(4).toString('hex')}`);
    const settings = readSettings({
      META_APP_SECRET: APP_SECRET,
      META_VERIFY_TOKEN: VERIFY_TOKEN,
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      KAFKA_PARTITIONS: '1',
      TOPIC_PREFIX: `t${randomBytes(4).toString('hex')}`,
      PUBLISH_FAMILIES: 'phone-numbers',
      WRITE_TIMEOUT_MS: '3000',
      ...tls,
      ...env,
    });
    const lines: string[] = [];
    const service = await startService(
      () => settings,
      createLog('info', { write: (line: string) => void lines.push(line) }),
    );
    running.push({ service, dataDir });
    const post = () => postSigned(`${service.publicUrl}/webhook`, nameUpdate().body);
    const ready = async () => (await fetch(`${service.internalUrl}/ready`)).text();
    return { service, post, ready, lines };
  }

  const logIn = (mechanism: string, username: string, password: string) => ({
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  });
  const hubcast = logIn('PLAIN', 'hubcast', 'right password');

  it.each([
    ['PLAIN', hubcast],
    ['SCRAM-SHA-256', logIn('SCRAM-SHA-256', 'hubcast', 'pepper pot')],
    ['SCRAM-SHA-512', logIn('SCRAM-SHA-512', 'hubcast', 'pepper pot')],
    ['OAUTHBEARER', { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_SASL_OAUTHBEARER_TOKEN: unsecuredToken() }],
  ])('stores over mutual TLS after a %s log-in', async (_mechanism, env) => {
    const { service, post } = await start(env);
    await service.ready;
    expect((await post()).status).toBe(200);
  });

  it.each([
    ['a wrong password', logIn('PLAIN', 'hubcast', 'wrong password'), 'Check KAFKA_SASL_MECHANISM'],
    ['a wrong SCRAM password', logIn('SCRAM-SHA-512', 'hubcast', 'wrong password'), 'Check KAFKA_SASL_MECHANISM'],
    ['a user without rights', logIn('PLAIN', 'nobody', 'nobody password'), 'Give the user of hubcast the rights'],
    ['an authority that is not trusted', { ...hubcast, KAFKA_TLS_CA: clients.cert }, 'Set KAFKA_TLS_CA_FILE'],
    ['a client certificate that has expired', () => expired(), 'refuses our client certificate'],
    ['a client certificate of another authority', () => strange(), 'refuses our client certificate'],
    ['a port without TLS', { ...hubcast, KAFKA_TLS_CA: '' }, 'KAFKA_TLS=off'],
  ])(
    'says what is wrong and what to do, in log and /ready: %s',
    async (what, given, fix) => {
      const env: Record<string, string> = { ...(typeof given === 'function' ? given() : given) };
      if (what === 'a port without TLS') {
        const port = new URL((await start(hubcast)).service.internalUrl).port;
        Object.assign(env, { KAFKA_BROKERS: `127.0.0.1:${port}`, KAFKA_TLS_CA: brokersAuthority.cert });
      }
      const { post, ready, lines } = await start({ ...env, WRITE_TIMEOUT_MS: '800' });
      let said = '';
      for (let n = 0; n < 200 && !said.includes(fix); n += 1) {
        said = await ready();
        await new Promise((go) => setTimeout(go, 50));
      }
      expect(said).toContain(fix);
      expect(said).toContain('not_ready');
      expect((await post()).status).toBe(503);
      expect(lines.some((line) => line.includes(fix))).toBe(true);
      expect(lines.join('')).not.toContain('wrong password');
    },
    30_000,
  );

  it('says so when it may look at a topic, and not write to it', async () => {
    const { service, post, ready, lines } = await start({
      ...logIn('PLAIN', 'reader', 'reader password'),
      TOPIC_PREFIX: 'readonly',
      KAFKA_CREATE_TOPICS: 'off',
    });
    await service.ready;
    expect((await post()).status).toBe(503);
    const reason = /does not let us write to topic readonly\.phone-numbers.*Give the user of hubcast the rights/;
    // What /ready says is looked up twice a second.
    let said = '';
    for (let n = 0; n < 200 && !reason.test(said); n += 1) {
      said = await ready();
      await new Promise((go) => setTimeout(go, 50));
    }
    expect(said).toMatch(reason);
    expect(lines.some((line) => line.includes('"delivery"') && line.includes('Give the user of hubcast'))).toBe(true);
  });

  const expired = () => withClient(clients.sign('/CN=hubcast', { extensions: CLIENT, days: -1 }));
  const strange = () => withClient(makeAuthority('strangers').sign('/CN=hubcast', { extensions: CLIENT }));
  const withClient = ({ cert, key }: { cert: string; key: string }) => ({
    ...hubcast,
    KAFKA_TLS_CERT: cert,
    KAFKA_TLS_KEY: key,
  });
});
