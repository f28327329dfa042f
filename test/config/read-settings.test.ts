import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readSettings, readStoreSettings } from '../../src/config/read-settings.ts';

const enough = { META_APP_SECRET: 's', META_VERIFY_TOKEN: 't' };
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
    [{ ...enough, KAFKA_BROKER: 'x:9092' }, 'KAFKA_BROKER is not a setting. Did you mean KAFKA_BROKERS?'],
    [{ ...enough, META_APP_SECRETS: 'x' }, ''],
    [{ ...enough, KAFKA_BROKERS: '' }, 'KAFKA_BROKERS is blank.'],
    [{ ...enough, PORT: '70000' }, 'PORT is not a whole number between 0 and 65535.'],
    [{ ...enough, TOPIC_NAMES: 'nonsense=x' }, 'TOPIC_NAMES is not family=topic'],
    [{ ...enough, PUBLISH_FAMILIES: 'messages,x' }, 'PUBLISH_FAMILIES names a family that does not exist'],
    [{ ...enough, INTERNAL_HOST: '0.0.0.0' }, 'INTERNAL_HOST=0.0.0.0 is reachable from outside and needs API_TOKENS.'],
    [{ ...enough, API_TOKENS: 'ops=short;manage' }, 'API_TOKENS entry 1 is not of the form'],
    [{ ...enough, API_TOKENS: 'ops=0123456789abcdef;read' }, 'API_TOKENS entry 1 names the scope "read"'],
    [{ ...enough, KAFKA_SASL_MECHANISM: 'PLAIN' }, 'KAFKA_SASL_MECHANISM=PLAIN needs KAFKA_SASL_USERNAME'],
    [{ ...enough, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' }, 'KAFKA_SASL_MECHANISM=OAUTHBEARER needs'],
    [{ ...enough, KAFKA_TLS_CERT: 'pem' }, 'KAFKA_TLS_CERT and KAFKA_TLS_KEY belong together'],
    [{ ...enough, MAX_IN_FLIGHT_BYTES: '1048576' }, 'MAX_IN_FLIGHT_BYTES is below MAX_BODY_BYTES'],
    [{ ...enough, META_APP_SECRET_FILE: '/nowhere' }, 'META_APP_SECRET and META_APP_SECRET_FILE are both set'],
    [{ META_VERIFY_TOKEN: 't', META_APP_SECRET_FILE: '/nowhere' }, 'META_APP_SECRET_FILE cannot be read'],
  ])('%j: %s', (env, problem) => {
    // A typo beside the right name is somebody else's variable.
    if (problem === '') expect(problemsOf(env)).toEqual([]);
    else expect(problemsOf(env)).toContainEqual(expect.stringContaining(problem));
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
    const values = ['on', 'off', 'true', 'FALSE'].map((KAFKA_TLS) => readSettings({ ...enough, KAFKA_TLS }).KAFKA_TLS);
    expect(values).toEqual([true, false, true, false]);
  });
});

describe('readStoreSettings', () => {
  it('needs nothing of Meta', () => {
    expect(readStoreSettings({ DATA_DIR: 'x' }).DATA_DIR).toBe('x');
  });
});
