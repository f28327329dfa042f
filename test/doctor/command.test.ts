/** `hubcast doctor` as a person or a script runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { openDoctor } from '../../src/doctor/effects.ts';
import { runCli } from '../support/run-cli.ts';
import { makeAuthority, SERVER } from '../support/tls-certificates.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubcast-doctor-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = (more: Record<string, string> = {}) => ({
  META_APP_SECRET: 'a4c1f0d2e3b5968778695a4b3c2d1e0f',
  META_VERIFY_TOKEN: 'verify-me-1158201444',
  DATA_DIR: folder,
  JOURNAL_MAX_BYTES: '16777216',
  ...more,
});

describe('hubcast doctor', () => {
  it('finds settings that do not hold together, as a finding like others', async () => {
    const { code, stdout, stderr } = await runCli(['doctor'], { env: { PORT: 'x', META_APP_SECRET: 's' } });
    const { findings } = JSON.parse(stdout);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'settings_invalid', severity: 'error' });
    expect(findings[0].what).toMatch(
      /PORT is not[\s\S]*META_VERIFY_TOKEN is missing|META_VERIFY_TOKEN is missing[\s\S]*PORT is not/,
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('ends with 3 where there are warnings only, and with 0 where there is nothing', async () => {
    const warned = await runCli(['doctor', '--offline', '--json'], { env: env() });
    expect(JSON.parse(warned.stdout).findings.map((one: { code: string }) => one.code)).toEqual([
      'app_id_missing',
      'token_missing',
    ]);
    expect(warned.code).toBe(3);
    const fine = await runCli(['doctor', '--offline'], { env: env({ META_APP_ID: '1' }) });
    expect(JSON.parse(fine.stdout).findings.map((one: { severity: string }) => one.severity)).toEqual(['info']);
    expect(fine.code).toBe(0);
  });

  it('shows no stack and no secret when Graph and Kafka are away', async () => {
    const secrets = { META_ACCESS_TOKEN: 'EAAsecretsecret', KAFKA_SASL_PASSWORD: 'kafka-password' };
    const sasl = { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'u' };
    const away = {
      META_GRAPH_URL: 'http://127.0.0.1:9',
      KAFKA_BROKERS: '127.0.0.1:9',
      META_APP_ID: '1',
      WABA_IDS: '2',
    };
    const { code, stdout, stderr } = await runCli(['doctor', '--json'], { env: env({ ...secrets, ...sasl, ...away }) });
    expect(JSON.parse(stdout).findings.map((one: { code: string }) => one.code)).toEqual([
      'graph_unreachable',
      'kafka_unreachable',
    ]);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toMatch(/EAAsecret|kafka-password|a4c1f0d2|verify-me|\n\s+at /);
  });

  it('refuses a URL that is none', async () => {
    const { code, stderr } = await runCli(['doctor', '--url', 'hooks.example.com'], { env: env() });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is not an http or https URL') });
  });
});

describe('the certificate of the callback URL', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('is judged as it is, without trusting it', async () => {
    const authority = makeAuthority('Nobody');
    const server = createServer(authority.sign('/CN=localhost', { extensions: SERVER }));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { callback } = openDoctor(readSettings(env()), { log: createLog('silent', process.stderr) });
    const { port } = server.address() as AddressInfo;
    const facts = await callback.certificate(new URL(`https://localhost:${port}/webhook`));
    expect(facts.problem).toMatch(/SELF_SIGNED|UNABLE_TO/);
    expect(facts.validToMs).toBeGreaterThan(Date.now());
    server.close();
    await expect(callback.certificate(new URL('https://127.0.0.1:9/'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
