/** The service as a whole, with Graph beside it: what webhooks and look-ups have to do with each other, and what not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACCOUNT, listReads, NUMBER, standInWith } from '../../support/graph.ts';
import { nameUpdateBody, post } from '../../support/name-update.ts';
import { type RunningService, runCli, SECRET, startServe } from '../../support/run-cli.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubcast-look-ups-'));
});
const services: RunningService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

async function serve(env: Record<string, string>): Promise<RunningService> {
  const service = await startServe({ DATA_DIR: folder, ...env });
  services.push(service);
  return service;
}

async function send(service: RunningService, number: number): Promise<number> {
  return (await post(`${service.publicUrl}/webhook`, nameUpdateBody(number), SECRET)).status;
}

const envOf = (graph: { url: string; accessToken: string }) => ({
  META_GRAPH_URL: graph.url,
  META_ACCESS_TOKEN: graph.accessToken,
  WABA_IDS: ACCOUNT,
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error('It did not come about.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** `data.phone_number` of the stored events, in their order. */
async function storedNumbers(): Promise<unknown[]> {
  const { stdout } = await runCli(['events', '--topic', 'phone-numbers', '--format', 'json', '--from', 'start'], {
    env: { DATA_DIR: folder },
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event.data.phone_number);
}

describe('a service with a Graph token', () => {
  it('tells events the id of a number it knows, and says of others that they are not known', async () => {
    const digits = '15550000001';
    const graph = await standInWith({
      accounts: [{ id: ACCOUNT, numbers: [{ id: '77', display_phone_number: digits }] }],
    });
    graph.script({ status: 503, body: '', times: 3 });
    const service = await serve(envOf(graph));
    await until(() => listReads(graph) === 3);
    expect(await send(service, 1)).toBe(200);
    await until(async () => (await fetch(`${service.internalUrl}/phone-numbers?fresh=true`)).status === 200);
    expect(await send(service, 2)).toBe(200);
    const known = nameUpdateBody(1).toString().replace('APPROVED', 'DEFERRED');
    expect((await post(`${service.publicUrl}/webhook`, Buffer.from(known), SECRET)).status).toBe(200);
    expect(await storedNumbers()).toEqual([
      { digits, id: null, known: null },
      { digits: '15550000002', id: null, known: false },
      { digits, id: '77', known: true },
    ]);
  });

  it('reads its accounts at the start, proves itself, and asks nothing when webhooks come', async () => {
    const graph = await standInWith({ appSecret: SECRET });
    const service = await serve(envOf(graph));
    await until(() => listReads(graph) === 1);
    for (let count = 0; count < 20; count += 1) {
      expect(await send(service, count)).toBe(200);
    }
    const response = await fetch(`${service.internalUrl}/phone-numbers/${NUMBER.id}`);
    expect(await response.json()).toMatchObject({ phone_number_id: NUMBER.id, source: 'cache' });
    expect(graph.calls).toHaveLength(1);
  });

  it('takes webhooks with an expired token, says so in /ready, and logs one line', async () => {
    const graph = await standInWith();
    graph.expireToken(true);
    const service = await serve(envOf(graph));
    await until(() => graph.calls.length > 0);
    for (let count = 0; count < 3; count += 1) {
      expect((await fetch(`${service.internalUrl}/phone-numbers/${NUMBER.id}`)).status).toBe(502);
    }
    expect(await send(service, 1)).toBe(200);
    const ready = (await (await fetch(`${service.internalUrl}/ready`)).json()) as { warnings: string[] };
    expect(ready).toMatchObject({ status: 'ready', warnings: [expect.stringContaining('META_ACCESS_TOKEN')] });
    await service.end('SIGTERM');
    const lines = service.log.filter((line) => line.includes('code 190'));
    expect(lines.filter((line) => JSON.parse(line).level === 'error')).toHaveLength(1);
    expect(service.log.join('\n')).not.toContain(graph.accessToken);
  });

  it('takes webhooks while Graph is down', async () => {
    const service = await serve({ ...envOf({ url: 'http://127.0.0.1:9', accessToken: 'x' }) });
    expect(await send(service, 1)).toBe(200);
    expect((await fetch(`${service.internalUrl}/phone-numbers`)).status).toBe(502);
  });

  it('opens no public listener where its role is look-ups alone', async () => {
    const graph = await standInWith();
    const service = await serve({ ...envOf(graph), ROLES: 'numbers' });
    expect(service.publicUrl).toBeNull();
    expect((await fetch(`${service.internalUrl}/phone-numbers`)).status).toBe(200);
  });

  it('says in the log that an account of WABA_IDS may not be seen', async () => {
    const graph = await standInWith();
    const service = await serve({ ...envOf(graph), WABA_IDS: '999' });
    await until(() => service.log.some((line) => line.includes('account_not_found')));
  });

  it('holds no token where its role is to receive alone', async () => {
    const graph = await standInWith();
    const service = await serve({ ...envOf(graph), ROLES: 'receive' });
    const response = await fetch(`${service.internalUrl}/phone-numbers`);
    expect(response.status).toBe(503);
    expect(graph.calls).toEqual([]);
  });
});
