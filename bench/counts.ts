/**
 * What a request costs in counts, not in seconds: they are the same on a slow, a fast and a busy machine, so that a build can be
 * held against them. One connection, one request after the other, bodies that are always the same; and V8's optimising compilers
 * off, as what they save depends on when they had time to run. So the figures are higher than those of `npm run bench`.
 *
 *   npm run bench:counts              measures, and compares with bench/counts-baseline.json
 *   npm run bench:counts -- --renew   takes what was measured for the baseline: on purpose, and with a reason in the commit
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connect } from './load/connection.ts';
import { prepareRequests } from './load/requests.ts';
import type { WorkloadName } from './load/workloads.ts';
import { writtenBytes } from './run/proc.ts';
import { readMetrics } from './run/read-metrics.ts';
import { urlsOfReadyLine } from './run/servers.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROBE = fileURLToPath(new URL('./run/heap-probe.js', import.meta.url));
const BASELINE = fileURLToPath(new URL('./counts-baseline.json', import.meta.url));
const SECRET = 'counts-app-secret';
const VERIFY_TOKEN = 'counts-verify-token';
/** Unlike the time of day it is always the same. */
const AROUND_SEC = 1_739_321_024;
const ANSWER_WITHIN_MS = 60_000;

const SERVERS = {
  'no-store': ['bench/floor/no-store.ts'],
  journal: ['bin/hubcast.js', 'serve'],
} as const;

interface CountedScenario {
  readonly server: keyof typeof SERVERS;
  readonly workload: WorkloadName;
  readonly warmUp: number;
  readonly requests: number;
}

export const COUNTED: Readonly<Record<string, CountedScenario>> = {
  'no-store, one update': { server: 'no-store', workload: 'name-update', warmUp: 300, requests: 1000 },
  'no-store, 1,000 updates': { server: 'no-store', workload: 'statuses-1000', warmUp: 5, requests: 15 },
  'journal, one update': { server: 'journal', workload: 'name-update', warmUp: 300, requests: 1000 },
  'journal, 1,000 updates': { server: 'journal', workload: 'statuses-1000', warmUp: 5, requests: 15 },
};

/** For each request. Absent where the machine or the server cannot tell. */
export interface Counts {
  /** JavaScript memory of the main thread. */
  readonly allocatedBytes: number;
  readonly storeWrites?: number;
  /** Into files, pipes and sockets, by all threads. */
  readonly writtenBytes?: number;
}

export type CountName = keyof Counts;

/**
 * How much more than the baseline is no regression. Ten runs on a machine with eight times as much to do as it had cores differed by up to 1.4 % in
 * memory (a second parse of the body is 2.5 to 3.4 %), by nothing in writes, and by 7 % in bytes (when the journal's checkpoints fall is a matter of time).
 */
export const TOLERANCE: Readonly<Record<CountName, number>> = {
  allocatedBytes: 0.02,
  storeWrites: 0.01,
  writtenBytes: 0.15,
};

/** So often at most a scenario is measured when it seems to have grown. */
const MEASURES = 3;

/**
 * The least of some measures of each count, until none is more than the baseline allows. What a process does as time passes comes on top of
 * what its requests cost, and more time passes on a busy machine; a cost that grew is there every time.
 */
export async function leastCount(name: string, baseline: Counts | undefined): Promise<Counts> {
  let least = await count(name);
  for (let measures = 1; measures < MEASURES; measures += 1) {
    if (baseline === undefined || growth(name, baseline, least).length === 0) break;
    const again = await count(name);
    least = Object.fromEntries(
      Object.entries(least).map(([of, value]) => [of, Math.min(value, again[of as CountName] ?? value)]),
    ) as unknown as Counts;
  }
  return least;
}

async function count(name: string): Promise<Counts> {
  const { server, workload, warmUp, requests } = COUNTED[name] as CountedScenario;
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-counts-'));
  const child = spawn(process.execPath, ['--no-opt', '--no-maglev', '--import', PROBE, ...SERVERS[server]], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      META_APP_SECRET: SECRET,
      META_VERIFY_TOKEN: VERIFY_TOKEN,
      DATA_DIR: folder,
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const ended = once(child, 'exit');
  try {
    const { url, internalUrl } = await readyUrls(child.stdout as NodeJS.ReadableStream);
    const given = prepareRequests({
      workload,
      seed: 1,
      first: 0,
      count: warmUp + requests,
      aroundSec: AROUND_SEC,
      secret: SECRET,
      verifyToken: VERIFY_TOKEN,
    });
    const send = await openSender(url);
    for (const request of given.slice(0, warmUp)) await send.one(request);
    const writesBefore = await readWrites(internalUrl);
    const writtenBefore = writtenBytes(child.pid ?? 0);
    child.send('heap-start');
    for (const request of given.slice(warmUp)) await send.one(request);
    const [{ allocatedBytes }] = (await askProbe(child)) as [{ allocatedBytes: number }];
    const writtenAfter = writtenBytes(child.pid ?? 0);
    const writesAfter = await readWrites(internalUrl);
    send.close();
    return {
      allocatedBytes: allocatedBytes / requests,
      ...(writesAfter === 0 ? {} : { storeWrites: (writesAfter - writesBefore) / requests }),
      ...(writtenBefore === undefined || writtenAfter === undefined
        ? {}
        : { writtenBytes: (writtenAfter - writtenBefore) / requests }),
    };
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function readyUrls(stdout: NodeJS.ReadableStream): Promise<{ url: string; internalUrl: string }> {
  // The lines after it are read too, or the pipe would fill up.
  const lines = createInterface({ input: stdout });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const urls = urlsOfReadyLine(line);
      if (urls !== undefined) resolve({ url: urls.url, internalUrl: urls.internalUrl ?? '' });
    });
    lines.once('close', () => reject(new Error('it ended before its ready line')));
  });
}

export async function openSender(url: string) {
  const { hostname, port } = new URL(url);
  let answered = Promise.withResolvers<number>();
  const connection = await connect(
    { host: hostname, port: Number(port) },
    {
      onAnswer: (status) => answered.resolve(status),
      onLost: (error) => answered.reject(error),
      onUnreadable: (error) => answered.reject(error),
    },
  );
  return {
    async one(request: Buffer): Promise<void> {
      answered = Promise.withResolvers<number>();
      connection.send(request);
      const status = await answered.promise;
      if (status !== 200) throw new Error(`a request was answered with ${status}`);
    },
    close: connection.close,
  };
}

function askProbe(child: ReturnType<typeof spawn>): Promise<unknown[]> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  child.send('heap-stop');
  return answer;
}

async function readWrites(internalUrl: string): Promise<number> {
  const text = await readMetrics(internalUrl);
  return Number(/^hubcast_write_records_count (\S+)$/m.exec(text)?.[1] ?? 0);
}

export function readBaseline(): Readonly<Record<string, Counts>> {
  return JSON.parse(readFileSync(BASELINE, 'utf8')) as Record<string, Counts>;
}

/** One line for each count that grew, by how much; none where all is as it was, or better. */
export function growth(name: string, baseline: Counts, measured: Counts): readonly string[] {
  return (Object.keys(TOLERANCE) as CountName[]).flatMap((count) => {
    const was = baseline[count];
    const is = measured[count];
    if (was === undefined || is === undefined || is <= was * (1 + TOLERANCE[count])) return [];
    const grown = `${((is / was - 1) * 100).toFixed(1)} %`;
    return [
      `${name}: ${count} for each request grew by ${grown}, from ${toText(was)} to ${toText(is)} (${TOLERANCE[count] * 100} % is allowed). Find what costs it, or, if it is worth it, run: npm run bench:counts -- --renew`,
    ];
  });
}

const toText = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));

/** Enough digits to compare, few enough to read in a diff. */
const rounded = (counts: Counts): Counts =>
  Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [name, Number(value.toPrecision(4))]),
  ) as unknown as Counts;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { renew: { type: 'boolean', default: false } } });
  const baseline = values.renew ? {} : readBaseline();
  const measured: Record<string, Counts> = {};
  for (const name of Object.keys(COUNTED)) {
    const before = baseline[name];
    measured[name] = rounded(await leastCount(name, before));
    process.stdout.write(`${name}: ${JSON.stringify(measured[name])}\n`);
    for (const line of before === undefined ? [] : growth(name, before, measured[name])) {
      process.stdout.write(`${line}\n`);
      process.exitCode = 1;
    }
  }
  if (values.renew) writeFileSync(BASELINE, `${JSON.stringify(measured, null, 2)}\n`);
}

if (import.meta.main) await main();
