import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.ts';
import { createScrubber } from '../../src/config/secret-texts.ts';
import { runCli } from '../support/run-cli.ts';
import { startTestService } from '../support/start-service.ts';

const dataDir = join(tmpdir(), `hubcast-secrets-${randomUUID()}`);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const SECRETS = {
  META_APP_SECRET: 'first-app-secret,second-app-secret',
  META_VERIFY_TOKEN: 'the verify/token',
  META_ACCESS_TOKEN: 'EAAGaccesstoken',
};

describe('createScrubber', () => {
  it('takes every secret out of a text, however it is written', () => {
    const scrub = createScrubber(() => readSettings(SECRETS), { AWS_SECRET_ACCESS_KEY: 'aws-secret-key' });
    const text =
      'first-app-secret second-app-secret the verify/token the%20verify%2Ftoken EAAGaccesstoken aws-secret-key';
    expect(scrub(text)).toBe('[secret] [secret] [secret] [secret] [secret] [secret]');
    expect(scrub('nothing of it')).toBe('nothing of it');
  });

  it('knows those of every app, escaped ones, and those replaced a moment ago', () => {
    const app = (secret: string) => ({
      name: 'shop',
      secrets: [secret],
      verify_token: 'token"quoted"',
      access_token: 'EAAGother',
    });
    let settings = readSettings({ META_APPS: JSON.stringify([app('secret-before')]) });
    const scrub = createScrubber(() => settings, {});
    expect(scrub(`shop secret-before ${JSON.stringify('token"quoted"')} EAAGother`)).toBe(
      'shop [secret] "[secret]" [secret]',
    );
    settings = readSettings({ META_APPS: JSON.stringify([app('secret-after')]) });
    expect(scrub('secret-before secret-after')).toBe('[secret] [secret]');
  });

  it('blots out no short word', () => {
    const scrub = createScrubber(() => readSettings({ META_APP_SECRET: 's', META_VERIFY_TOKEN: 'test' }), {});
    expect(scrub('a test of sorts')).toBe('a test of sorts');
  });
});

describe('a crash', () => {
  const preload = (code: string) => [`--import=data:text/javascript,${encodeURIComponent(code)}`];
  const env = { ...SECRETS, DATA_DIR: dataDir, PORT: '0', INTERNAL_PORT: '0', HOST: '127.0.0.1' };
  const failing = `const error = new Error('with ' + process.env.META_ACCESS_TOKEN); error.config = { auth: process.env.META_VERIFY_TOKEN };`;

  it.each([
    ['an exception', 'throw error'],
    ['a rejection', 'Promise.reject(error)'],
  ])('of serve by %s is one clear line of the log without secrets, and exit code 1', async (_what, how) => {
    const code = `setTimeout(() => { ${failing} ${how} }, 1500)`;
    const { code: exit, stdout, stderr } = await runCli(['serve'], { env, nodeOptions: preload(code) });
    expect(exit).toBe(1);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ level: 'fatal', msg: 'hubcast crashed', err: { message: 'with [secret]' } });
    expect(stdout + stderr).not.toMatch(/EAAGaccesstoken|verify\/token|app-secret/);
  });

  it('of another command says so on stderr', async () => {
    const { code, stdout, stderr } = await runCli(['events', '--follow'], {
      env,
      nodeOptions: preload(`setTimeout(() => { ${failing} throw error }, 800)`),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('hubcast crashed');
    expect(stdout + stderr).not.toMatch(/EAAGaccesstoken|verify\/token/);
  });
});

it('"hubcast token" makes a token, and an entry that accepts it and does not hold it', async () => {
  const { stdout } = await runCli(['token', 'grafana', '--scope', 'numbers:read', '--json']);
  const { token, entry } = JSON.parse(stdout);
  // 256 random bits as base64url.
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(entry).toMatch(/^grafana=sha256:[0-9a-f]{64};numbers:read$/);
  expect(entry).not.toContain(token);
  const service = await startTestService({ API_TOKENS: entry, INTERNAL_HOST: '0.0.0.0' });
  try {
    const url = `${service.internalUrl.replace('0.0.0.0', '127.0.0.1')}/phone-numbers`;
    const status = async (bearer: string) =>
      (await fetch(url, { headers: { authorization: `Bearer ${bearer}` } })).status;
    // 503: it may ask, and there is no access to Graph here.
    expect([await status(token), await status(`${token}x`), await status(entry.slice(15, 79))]).toEqual([
      503, 401, 401,
    ]);
    const [line] = service.logged('internal request');
    expect(line).toMatchObject({ token: 'grafana', method: 'GET', path: '/phone-numbers', status: 503 });
    expect(service.logText()).not.toContain(token);
  } finally {
    await service.remove();
  }
});

it('"hubcast token" refuses scopes that do not exist', async () => {
  const { code, stderr } = await runCli(['token', 'ops', '--scope', 'all']);
  expect(code).toBe(2);
  expect(stderr).toContain('numbers:read, events:read, events:replay, manage');
});
