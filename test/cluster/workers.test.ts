/** Several processes behind one port, known to the outside as one service. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { startGraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { readDistinct } from '../stores/kafka/support.ts';
import { ACCOUNT, NUMBER } from '../support/graph.ts';
import { describeKafka } from '../support/kafka.ts';
import { nameUpdateBody } from '../support/name-update.ts';
import { type RunningService, runCli, SECRET, startServe, TOKEN } from '../support/run-cli.ts';
import { scrape } from '../support/scrape.ts';
import { ask, signatureOf } from '../support/signed-request.ts';
import { makeAuthority, SERVER } from '../support/tls-certificates.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-workers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let nextNumber = 1;
/** @returns the status, null when the connection was lost */
function post(url: string, options: RequestOptions = {}, secret = SECRET, account?: string): Promise<number | null> {
  const body = nameUpdateBody(nextNumber++, account);
  const headers = { 'x-hub-signature-256': signatureOf(body, secret) };
  const send = url.startsWith('https') ? requestTls : request;
  return new Promise((resolve) => {
    const sent = send(url, { method: 'POST', headers, ...options }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? null));
    });
    sent.on('error', () => resolve(null));
    sent.end(body);
  });
}

const childrenOf = (pid: number | undefined): number[] => {
  try {
    const text = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
    return text.split('\n').map(Number).filter(Boolean);
  } catch {
    return [];
  }
};

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describeKafka('hubcast serve with WORKERS=2', (kafka) => {
  const prefix = `workers-${process.pid}-${Date.now()}`;
  const secretFile = join(folder, 'secret');
  let service: RunningService;
  let webhookUrl: string;
  // stderr has Node's own warnings.
  const lines = () =>
    service.log.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  const logged = (message: string) => lines().filter(({ msg }) => msg === message);
  const services: RunningService[] = [];
  async function start(env: Readonly<Record<string, string>>): Promise<RunningService> {
    const started = await startServe(env);
    services.push(started);
    return started;
  }
  const agents: Agent[] = [];
  /** A connection of its own; which worker has it is told by the log. */
  const connection = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return { agent };
  };
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.destroy();
  });

  beforeAll(async () => {
    writeFileSync(secretFile, SECRET);
    service = await start({
      KAFKA_BROKERS: kafka.brokers.join(','),
      TOPIC_PREFIX: prefix,
      WORKERS: '2',
      META_APP_SECRET_FILE: secretFile,
      META_APP_SECRET: undefined as unknown as string,
      SHUTDOWN_DELAY_MS: '0',
    });
    webhookUrl = `${service.publicUrl}/webhook`;
  });
  afterAll(() => Promise.all(services.map((one) => one.end('SIGKILL'))));

  it('takes webhooks in both, and is ready, counted and logged as one service', async () => {
    expect(logged('ready')).toMatchObject([{ workers: 2, pid: service.child.pid }]);
    expect((await ask(`${service.internalUrl}/ready`)).status).toBe(200);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => post(webhookUrl, connection())));
    expect(statuses).toEqual(Array(20).fill(200));
    await until(() => logged('delivery').length === 20);
    expect(new Set(logged('delivery').map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    const { value, text } = await scrape(service.internalUrl);
    expect(value('hubcast_requests_total', { outcome: 'stored' })).toBe(20);
    expect(value('hubcast_events_total', { type: 'whatsapp.phone_number_name_update' })).toBe(20);
    expect(value('hubcast_time_to_durable_seconds_count')).toBe(20);
    expect(value('hubcast_time_to_durable_seconds_bucket', { le: '+Inf' })).toBe(20);
    expect(value('hubcast_write_records_sum')).toBe(20);
    expect(value('hubcast_in_flight_limit_bytes')).toBe(2 * 64 * 1024 * 1024);
    expect(value('hubcast_ready')).toBe(1);
    expect(value('hubcast_build_info', { node: process.version })).toBe(1);
    expect(Math.abs((value('process_start_time_seconds') ?? 0) - Date.now() / 1000)).toBeLessThan(600);
    expect(text.match(/^# TYPE hubcast_requests_total /gm)).toHaveLength(1);
    expect(await readDistinct(kafka.brokers, [`${prefix}.phone-numbers`])).toHaveLength(20);
  });

  it('lists the failed deliveries of both', async () => {
    const refused = Array.from({ length: 20 }, () => fetch(webhookUrl, { method: 'POST', body: '{}' }));
    for (const { status } of await Promise.all(refused)) expect(status).toBe(401);
    const failed = JSON.parse((await ask(`${service.internalUrl}/deliveries?outcome=signature_missing`)).text).data;
    const ids = failed.map(({ delivery_id }: { delivery_id: string }) => delivery_id);
    // Refusals go through the log throttle: ten lines a second of each worker.
    const inLog = logged('delivery').filter(({ outcome }) => outcome === 'signature_missing');
    expect(ids).toHaveLength(20);
    expect(ids).toEqual(expect.arrayContaining(inLog.map(({ deliveryId }) => deliveryId)));
  });

  it('starts a worker again that was killed; the other answers on, nothing counted is lost, and it stays ready', async () => {
    const before = (await scrape(service.internalUrl)).value('hubcast_requests_total', { outcome: 'stored' }) ?? 0;
    const both = [connection(), connection()];
    for (const one of both) expect(await post(webhookUrl, one)).toBe(200);
    await scrape(service.internalUrl);
    const pids = childrenOf(service.child.pid);
    expect(pids).toHaveLength(2);
    process.kill(pids[0] as number, 'SIGKILL');
    await until(() => logged('a worker ended; it is started again').length === 1);
    expect(logged('a worker ended; it is started again')).toMatchObject([
      { level: 'error', pid: pids[0], diagnosis: 'It ended by SIGKILL.', pauseMs: 250 },
    ]);
    expect((await ask(`${service.internalUrl}/ready`)).status).toBe(200);
    // On the connections they had: one is cut, and one is not.
    expect(
      (await Promise.all(both.map((one) => post(webhookUrl, one)))).filter((status) => status === 200),
    ).not.toEqual([]);
    for (let n = 0; n < 4; n += 1) expect(await post(webhookUrl, connection())).toBe(200);
    await until(async () => {
      const { text } = await ask(`${service.internalUrl}/ready`);
      return childrenOf(service.child.pid).length === 2 && !text.includes('being started again');
    });
    expect(childrenOf(service.child.pid)).toContain(pids[1]);
    const after = (await scrape(service.internalUrl)).value('hubcast_requests_total', { outcome: 'stored' }) ?? 0;
    expect(after).toBeGreaterThanOrEqual(before + 2 + 1 + 4);
  });

  it('uses a rotated secret in every worker', async () => {
    writeFileSync(secretFile, 'another-secret');
    await until(() => logged('settings read again: a file changed').length === 3);
    const statuses = await Promise.all(
      Array.from({ length: 8 }, () => post(webhookUrl, connection(), 'another-secret')),
    );
    expect(statuses).toEqual(Array(8).fill(200));
  });

  it('ends with 0 at SIGTERM, once what is under way is answered', async () => {
    const pids = childrenOf(service.child.pid);
    // Of a connection that is a second old and has sent less than 4 KiB nothing is waited for at a stop.
    const body = Buffer.concat([nameUpdateBody(nextNumber++), Buffer.alloc(16 * 1024, ' ')]);
    const half = Math.floor(body.length / 2);
    // Two connections, so one to each worker; the rest of the body comes after the signal.
    const answers = [1, 2].map(() => {
      const { promise, resolve } = Promise.withResolvers<number | undefined>();
      const headers = {
        'x-hub-signature-256': signatureOf(body, 'another-secret'),
        'content-length': body.length,
      };
      const sent = request(webhookUrl, { method: 'POST', headers, agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      sent.on('error', () => resolve(undefined));
      sent.write(body.subarray(0, half));
      return { promise, rest: () => sent.end(body.subarray(half)) };
    });
    await until(async () => ((await scrape(service.internalUrl)).value('hubcast_in_flight_bytes') ?? 0) >= 2 * half);
    const ended = service.end('SIGTERM');
    await until(() => logged('stopping: no longer ready').length === 1);
    // At once: a body that stands still for a second from then on is cut.
    for (const { rest } of answers) rest();
    expect(await Promise.all(answers.map(({ promise }) => promise))).toEqual([200, 200]);
    expect(await ended).toBe(0);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(lines().filter(({ level }) => level === 'fatal')).toEqual([]);
  });

  it('has several Meta apps and TLS in workers, and leaves none of them behind when it is killed with -9', async () => {
    const authority = makeAuthority('workers');
    const { cert, key } = authority.sign('/CN=localhost', { extensions: SERVER });
    const apps = [
      { name: 'shop', secrets: [SECRET], verify_token: TOKEN },
      { name: 'bank', secrets: ['bank-secret'], verify_token: TOKEN, topic_prefix: `${prefix}.bank` },
    ];
    service = await start({
      KAFKA_BROKERS: kafka.brokers.join(','),
      TOPIC_PREFIX: prefix,
      WORKERS: '2',
      META_APPS: JSON.stringify(apps),
      META_APP_SECRET: undefined as unknown as string,
      META_VERIFY_TOKEN: undefined as unknown as string,
      TLS_CERT: cert,
      TLS_KEY: key,
    });
    const tls = { ca: authority.cert, agent: false } as const;
    for (let n = 0; n < 2; n += 1) {
      expect(await post(`${service.publicUrl}/webhook/shop`, tls)).toBe(200);
      expect(await post(`${service.publicUrl}/webhook/bank`, tls, 'bank-secret')).toBe(200);
      expect(await post(`${service.publicUrl}/webhook/bank`, tls)).toBe(401);
    }
    const pids = childrenOf(service.child.pid);
    expect(pids).toHaveLength(2);
    await service.end('SIGKILL');
    await until(() => !pids.some(isRunning));
  });

  it('says in workers which numbers are known, without a token there, and answers look-ups in the first process', async () => {
    const graph = await startGraphStandIn({ accounts: [{ id: ACCOUNT, numbers: [NUMBER] }], callsPerHour: 100_000 });
    const own = `${prefix}-known`;
    service = await start({
      KAFKA_BROKERS: kafka.brokers.join(','),
      TOPIC_PREFIX: own,
      WORKERS: '2',
      META_GRAPH_URL: graph.url,
      META_ACCESS_TOKEN: graph.accessToken,
      WABA_IDS: ACCOUNT,
    });
    const url = `${service.publicUrl}/webhook`;
    try {
      expect((await ask(`${service.internalUrl}/phone-numbers/${NUMBER.id}`)).status).toBe(200);
      const known = async () => {
        const posted = [nextNumber, nextNumber + 1].map((number) => String(15_550_000_000 + number));
        // Two connections in a row, so one to each worker.
        for (const _ of posted) expect(await post(url, { agent: false }, SECRET, ACCOUNT)).toBe(200);
        const events = (await readDistinct(kafka.brokers, [`${own}.phone-numbers`])).map(({ value }) =>
          JSON.parse(value),
        );
        return events.filter(({ subject }) => posted.includes(subject)).map(({ data }) => data.phone_number.known);
      };
      // The list is complete, and has not these numbers.
      await until(async () => (await known()).join() === 'false,false', 40_000);
      for (const pid of process.platform === 'linux' ? childrenOf(service.child.pid) : []) {
        expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(graph.accessToken);
      }
    } finally {
      await service.end('SIGTERM');
      await graph.close();
    }
  }, 60_000);

  it('says what is wrong once when it cannot listen, and leaves no worker', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await runCli(['serve'], {
      env: {
        META_APP_SECRET: SECRET,
        META_VERIFY_TOKEN: TOKEN,
        KAFKA_BROKERS: kafka.brokers.join(','),
        TOPIC_PREFIX: prefix,
        WORKERS: '2',
        HOST: '127.0.0.1',
        PORT: String(port),
        INTERNAL_PORT: '0',
      },
    });
    taken.close();
    expect(code).toBe(2);
    expect(stderr.match(/is taken by another process/g)).toHaveLength(1);
  });
});
