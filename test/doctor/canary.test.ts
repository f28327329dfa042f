/** `hubcast canary` against a service on the journal, and on Kafka. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeKafka } from '../support/kafka.ts';
import { type RunningService, runCli, SECRET, startCli, startServe, TOKEN } from '../support/run-cli.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubcast-canary-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const services: RunningService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.end('SIGTERM');
});

const env = (more: Record<string, string> = {}) => ({ META_APP_SECRET: SECRET, META_VERIFY_TOKEN: TOKEN, ...more });
async function serve(more: Record<string, string>): Promise<RunningService> {
  const service = await startServe(more);
  services.push(service);
  return service;
}

describe('hubcast canary', () => {
  it('times an event until it is read back from the journal, and leaves metrics', async () => {
    const store = { DATA_DIR: join(folder, 'one') };
    const service = await serve(store);
    const metricsFile = join(folder, 'canary.prom');
    const args = ['canary', '--url', service.publicUrl, '--metrics-file', metricsFile];
    // Who may write to the collector's folder must not lead the text elsewhere.
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, `${metricsFile}.tmp`);
    const { code, stdout } = await runCli(args, { env: env(store) });
    const run = JSON.parse(stdout);
    expect(run).toMatchObject({ ok: true, problem: null });
    expect(run.read_back_ms).toBeGreaterThanOrEqual(run.accepted_ms);
    expect(code).toBe(0);
    expect(readFileSync(metricsFile, 'utf8')).toMatch(/^hubcast_canary_success 1$/m);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual(['canary.prom.tmp']);

    const refused = await runCli(args, { env: env({ ...store, META_APP_SECRET: 'another' }) });
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      ok: false,
      accepted_ms: null,
      problem: expect.stringContaining('401'),
    });
    expect(readFileSync(metricsFile, 'utf8')).toMatch(/^hubcast_canary_failures_total 1$/m);
  });

  it('goes on until a signal ends it', async () => {
    const store = { DATA_DIR: join(folder, 'two') };
    const service = await serve(store);
    const child = startCli(['canary', '--url', service.publicUrl, '--every', '1'], { env: env(store) });
    let lines = 0;
    child.stdout?.on('data', (chunk) => {
      lines += String(chunk).split('\n').length - 1;
      if (lines >= 2) child.kill('SIGTERM');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, enough: lines >= 2 }).toEqual({ code: 0, enough: true });
  });

  it('fails where the store is another one, or nobody answers', async () => {
    const service = await serve({ DATA_DIR: join(folder, 'three') });
    await serve({ DATA_DIR: join(folder, 'other') });
    const other = env({ DATA_DIR: join(folder, 'other') });
    const lost = await runCli(['canary', '--url', service.publicUrl, '--timeout', '1'], { env: other });
    expect(lost.code).toBe(1);
    expect(JSON.parse(lost.stdout).problem).toContain('not found in the store within 1000 ms');
    const away = await runCli(['canary', '--url', 'http://127.0.0.1:9', '--timeout', '1'], { env: other });
    expect({ code: away.code, stderr: away.stderr }).toEqual({ code: 1, stderr: '' });
    const none = await runCli(['canary'], { env: env({ DATA_DIR: join(folder, 'nowhere') }) });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no journal') });
  });
});

describeKafka('hubcast canary with Kafka', (kafka) => {
  it('reads the event back from the topic', async () => {
    const store = {
      KAFKA_BROKERS: kafka.brokers.join(','),
      TOPIC_PREFIX: `canary-${process.pid}`,
      PUBLISH_FAMILIES: 'unknown',
    };
    const service = await serve(store);
    const { code, stdout } = await runCli(['canary', '--url', service.publicUrl], { env: env(store) });
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, problem: null });
    expect(code).toBe(0);
  });
});
