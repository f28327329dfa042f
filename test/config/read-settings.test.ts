import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readSettings, readStoreSettings } from '../../src/config/read-settings.ts';
import { settingRows } from '../../src/config/settings.ts';

const enough = { META_APP_SECRET: 's', META_VERIFY_TOKEN: 't' };
const withRegistry = { ...enough, KAFKA_BROKERS: 'k:9092', SCHEMA_REGISTRY_URL: 'https://r' };
const folder = mkdtempSync(join(tmpdir(), 'hubcast-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(env: Record<string, string>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

describe('readSettings', () => {
  it('needs the secret and the token, and has a default for everything else', () => {
    expect(readSettings(enough)).toMatchObject({ META_APP_SECRET: ['s'], PORT: 8080, MAX_BODY_BYTES: 3 * 1024 * 1024 });
    expect(problemsOf({})).toEqual([
      expect.stringContaining('META_APP_SECRET is missing: '),
      expect.stringContaining('META_VERIFY_TOKEN is missing: '),
    ]);
  });

  it('reports all problems together, one line each', () => {
    expect(problemsOf({ META_APP_SECRET: ' ', META_VERIFY_TOKEN: '', PORT: 'x', KAFKA_TLS: 'maybe' })).toHaveLength(4);
  });

  it.each([
    [{ ...enough, META_APP_SECRET: 'a,,b' }, 'META_APP_SECRET has an empty part between commas.'],
    [{ ...enough, META_APP_SECRET: 'a b' }, 'META_APP_SECRET contains white space inside a value.'],
    [{ ...enough, META_VERIFY_TOKEN: 't ' }, 'META_VERIFY_TOKEN begins or ends with white space.'],
    [{ ...enough, KAFKA_BROKERS: '' }, 'KAFKA_BROKERS is blank.'],
    [{ ...enough, PORT: '70000' }, 'PORT is not a whole number between 0 and 65535.'],
    [{ ...enough, TOPIC_NAMES: 'nonsense=x' }, 'TOPIC_NAMES is not family=topic'],
    [{ ...enough, PUBLISH_FAMILIES: 'messages,x' }, 'PUBLISH_FAMILIES names a family that does not exist'],
    [{ ...enough, INTERNAL_HOST: '0.0.0.0' }, 'INTERNAL_HOST=0.0.0.0 is reachable from outside and needs API_TOKENS.'],
    [{ ...enough, API_TOKENS: 'ops=short;manage' }, 'API_TOKENS entry 1 is not of the form'],
    [{ ...enough, API_TOKENS: 'ops=0123456789abcdef;read' }, 'API_TOKENS entry 1 names the scope "read"'],
    [
      { ...enough, API_TOKENS: 'ops=0123456789abcdef;events:read;app=shop' },
      'API_TOKENS binds ops to the app "shop"; the apps are main.',
    ],
    [{ ...enough, API_TOKENS: 'ops=0123456789abcdef;events:read;app=Shop!' }, 'API_TOKENS entry 1 is not of the form'],
    [{ ...enough, KAFKA_SASL_MECHANISM: 'PLAIN' }, 'KAFKA_SASL_MECHANISM=PLAIN needs KAFKA_SASL_USERNAME'],
    [{ ...enough, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' }, 'KAFKA_SASL_MECHANISM=OAUTHBEARER needs'],
    [{ ...enough, KAFKA_TLS_CERT: 'pem' }, 'KAFKA_TLS_CERT and KAFKA_TLS_KEY belong together'],
    [{ ...enough, KAFKA_VALUE_FORMAT: 'registry' }, 'KAFKA_VALUE_FORMAT=registry needs SCHEMA_REGISTRY_URL'],
    [{ ...enough, SCHEMA_REGISTRY_TOKEN: 't' }, 'SCHEMA_REGISTRY_TOKEN is set, but not SCHEMA_REGISTRY_URL'],
    [{ ...enough, SCHEMA_REGISTRY_URL: 'https://r' }, 'SCHEMA_REGISTRY_URL is set, but not KAFKA_BROKERS'],
    [{ ...enough, SCHEMA_REGISTRY_URL: 'https://a:b@r' }, 'SCHEMA_REGISTRY_URL holds a user name or password'],
    [{ ...withRegistry, SCHEMA_REGISTRY_USERNAME: 'a' }, 'SCHEMA_REGISTRY_PASSWORD belong together'],
    [
      { ...withRegistry, SCHEMA_REGISTRY_USERNAME: 'a', SCHEMA_REGISTRY_PASSWORD: 'b', SCHEMA_REGISTRY_TOKEN: 't' },
      'two ways to log in',
    ],
    [
      { ...withRegistry, SCHEMA_REGISTRY_URL: 'http://r', SCHEMA_REGISTRY_CA: 'pem' },
      'SCHEMA_REGISTRY_URL is not https',
    ],
    [{ ...withRegistry, SCHEMA_REGISTRY_CA: 'pem', KAFKA_VALUE_FORMAT: 'registry' }, ''],
    [{ ...enough, MAX_IN_FLIGHT_BYTES: '1048576' }, 'MAX_IN_FLIGHT_BYTES is below MAX_BODY_BYTES'],
    [{ ...enough, WORKERS: '0' }, 'WORKERS is not auto, nor a whole number between 1 and 256.'],
    [{ ...enough, WORKERS: 'auto', KAFKA_BROKERS: 'k:9092' }, ''],
    [{ ...enough, META_APP_SECRET_FILE: '/nowhere' }, 'META_APP_SECRET and META_APP_SECRET_FILE are both set'],
    [{ META_VERIFY_TOKEN: 't', META_APP_SECRET_FILE: '/nowhere' }, 'META_APP_SECRET_FILE cannot be read'],
  ])('%j: %s', (env, problem) => {
    if (problem === '') expect(problemsOf(env)).toEqual([]);
    else expect(problemsOf(env)).toContainEqual(expect.stringContaining(problem));
  });

  it.each([
    '0.0.0.0/0',
    '0.0.0.0/1',
    '64.0.0.0/7',
    '::/0',
    '::/1',
    '2000::/3',
    '::ffff:0:0/96',
    '::ffff:128.0.0.0/97',
    '::/80',
  ])('TRUSTED_PROXIES=%s would believe strangers', (network) => {
    expect(problemsOf({ ...enough, TRUSTED_PROXIES: `10.0.0.1,${network}` })).toContainEqual(
      expect.stringContaining('TRUSTED_PROXIES entry 2 is a network of strangers'),
    );
  });

  it.each([
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.0.2.7',
    '::1',
    'fd00::/8',
    'fc00::/7',
    '2001:db8::/32',
    '::ffff:10.0.0.0/104',
  ])('TRUSTED_PROXIES=%s may be proxies', (network) => {
    const more = { TLS_CLIENT_CERTIFICATES: 'require', TLS_CLIENT_HEADER: 'X-Client', TRUSTED_PROXIES: network };
    expect(problemsOf({ ...enough, ...more })).toEqual([]);
  });

  it.each(['META_GRAPH_URL', 'HUBCAST_URL'])('%s refuses a user name or password, and does not show it', (name) => {
    const shown = ['https://u:hush@graph.example', 'https://hush@graph.example', 'https://:hush@graph.example'].map(
      (url) => problemsOf({ ...enough, [name]: url }),
    );
    expect(shown).toEqual(Array(3).fill([`${name} holds a user name or password; remove it.`]));
    expect(problemsOf({ ...enough, [name]: 'nonsense' })).toEqual([`${name} is not an http or https URL.`]);
  });

  it('reports a secret file that is not there once', () => {
    expect(problemsOf({ META_VERIFY_TOKEN: 't', META_APP_SECRET_FILE: '/nowhere' })).toEqual([
      expect.stringContaining('META_APP_SECRET_FILE cannot be read'),
    ]);
  });

  const kafka = { KAFKA_BROKERS: 'k:9092' };
  it.each([
    [{ ...kafka, KAFKA_TLS_CA: 'pem' }, ['KAFKA_TLS_CA is set, but not KAFKA_TLS=on']],
    [
      { ...kafka, KAFKA_TLS_CERT: 'pem', KAFKA_TLS_KEY: 'pem' },
      ['KAFKA_TLS_CERT is set, but not KAFKA_TLS=on', 'KAFKA_TLS_KEY is set, but not KAFKA_TLS=on'],
    ],
    [{ ...kafka, KAFKA_SASL_USERNAME: 'u' }, ['KAFKA_SASL_USERNAME is set, but not KAFKA_SASL_MECHANISM']],
    [{ KAFKA_TLS: 'on' }, ['KAFKA_TLS is set, but not KAFKA_BROKERS']],
    [{ KAFKA_TLS_CA: 'pem' }, ['KAFKA_TLS_CA is set, but not KAFKA_BROKERS nor KAFKA_TLS=on']],
    [{ KAFKA_SASL_PASSWORD: 'p' }, ['KAFKA_SASL_PASSWORD is set, but not KAFKA_BROKERS nor KAFKA_SASL_MECHANISM']],
    [{ KAFKA_TLS: 'off' }, []],
    [{ ...kafka, KAFKA_TLS: 'on', KAFKA_TLS_CA: 'pem' }, []],
  ])('refuses what would not be used: %j', (env: Record<string, string>, problems) => {
    expect(problemsOf({ ...enough, ...env })).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });

  it.each([
    ['messages=a,calls=a', 'TOPIC_NAMES puts messages and calls into one topic, a.'],
    ['messages=whatsapp.calls', 'TOPIC_NAMES puts messages and calls into one topic, whatsapp.calls.'],
    ['messages=a,messages=b', 'TOPIC_NAMES names the family messages twice.'],
    ['messages=.', 'TOPIC_NAMES names a topic ".", which Kafka refuses.'],
    ['messages=..', 'TOPIC_NAMES names a topic "..", which Kafka refuses.'],
  ])('TOPIC_NAMES=%s: %s', (value, problem) => {
    expect(problemsOf({ ...enough, TOPIC_NAMES: value })).toEqual([expect.stringContaining(problem)]);
  });

  it('lets two families swap their names', () => {
    expect(problemsOf({ ...enough, TOPIC_NAMES: 'messages=whatsapp.calls,calls=whatsapp.messages' })).toEqual([]);
  });

  it.each([
    ['kafka', 'entry 1 is not host:port'],
    ['a:9092,b', 'entry 2 is not host:port'],
    ['kafka:', 'entry 1 is not host:port'],
    [':9092', 'entry 1 is not host:port'],
    ['kafka:0', 'entry 1 has a port that is not between 1 and 65535'],
    ['kafka:65536', 'entry 1 has a port that is not between 1 and 65535'],
    ['kafka://user:hush@kafka:9092', 'entry 1 is a URL; give host:port'],
    ['[::1]:9092', 'entry 1 looks like an IPv6 address'],
    ['fe80::1', 'entry 1 looks like an IPv6 address'],
  ])('KAFKA_BROKERS=%s: %s', (value, problem) => {
    const problems = problemsOf({ ...enough, KAFKA_BROKERS: value });
    expect(problems).toEqual([expect.stringContaining(`KAFKA_BROKERS ${problem}`)]);
    expect(problems.join()).not.toContain('hush');
  });

  it.each(['kafka:1', '127.0.0.1:65535', 'kafka-0.kafka.svc.cluster.local:9092, b_2:9093'])(
    'KAFKA_BROKERS=%s',
    (value) => {
      expect(problemsOf({ ...enough, KAFKA_BROKERS: value })).toEqual([]);
    },
  );

  it('bounds every time: a longer timer would fire at once', () => {
    const times = settingRows().filter(({ name }) => name.endsWith('_MS'));
    expect(times.length).toBeGreaterThan(5);
    for (const { name } of times)
      expect(problemsOf({ ...enough, [name]: String(2 ** 31) })).toEqual([
        expect.stringMatching(new RegExp(`^${name} is not a whole number between`)),
      ]);
  });

  it('never shows a secret in a problem', () => {
    const shown = problemsOf({ ...enough, META_APP_SECRET: 'hush hush', API_TOKENS: 'ops=hush' }).join();
    expect(shown).not.toContain('hush');
  });

  it('takes a secret from a file, without the line end an editor leaves', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'from-file\n');
    expect(readSettings({ META_APP_SECRET_FILE: file, META_VERIFY_TOKEN: 't' }).META_APP_SECRET).toEqual(['from-file']);
  });

  it('takes on, off, true and false', () => {
    const values = ['on', 'off', 'true', 'FALSE'].map((value) => {
      return readSettings({ ...enough, KAFKA_CREATE_TOPICS: value }).KAFKA_CREATE_TOPICS;
    });
    expect(values).toEqual([true, false, true, false]);
  });
});

describe('readStoreSettings', () => {
  it('needs nothing of Meta', () => {
    expect(readStoreSettings({ DATA_DIR: 'x' }).DATA_DIR).toBe('x');
  });
});
