// node bench/overload.ts: the service under ten times what it takes at once, from connections that never wait between two requests.
// Prints what those who were taken and those who were refused waited for, and the most memory it held.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { type Connection, connect } from './load/connection.ts';
import { latencyRecorder } from './load/latency.ts';
import { prepareRequests } from './load/requests.ts';
import { pinOurselves } from './run/pinning.ts';
import { residentBytes } from './run/proc.ts';
import { startServer } from './run/servers.ts';

const SECRET = 'overload-secret';
const BODIES = 60_000;
const SAMPLE_MS = 50;
const CONNECTED_AT_ONCE = 200;

const { limit, times, seconds, kafka } = new Command('node bench/overload.ts')
  .description('Ten times MAX_IN_FLIGHT_REQUESTS from connections that never wait. Needs dist/ (npm run build).')
  .option('--limit <n>', 'MAX_IN_FLIGHT_REQUESTS', Number, 1000)
  .option('--times <n>', 'so many times the limit', Number, 10)
  .option('--seconds <n>', 'of load', Number, 10)
  .option('--kafka <brokers>', 'write to these brokers in place of a journal')
  .parse()
  .opts<{ limit: number; times: number; seconds: number; kafka?: string }>();

const folder = await mkdtemp(join(tmpdir(), 'hubcast-overload-'));
const settings = {
  META_APP_SECRET: SECRET,
  META_VERIFY_TOKEN: 'overload',
  DATA_DIR: join(folder, 'data'),
  MAX_IN_FLIGHT_REQUESTS: String(limit),
  MAX_CONNECTIONS: String(limit * times + 100),
  ...(kafka === undefined ? {} : { KAFKA_BROKERS: kafka, TOPIC_PREFIX: `overload-${process.pid}` }),
};
const requests = prepareRequests({
  ...{ workload: 'name-update', seed: process.pid, first: 0, count: BODIES, secret: SECRET, verifyToken: 'overload' },
  aroundSec: Math.floor(Date.now() / 1000),
});
const server = await startServer(
  'journal',
  { settings, againstFolder: undefined },
  pinOurselves(),
  new AbortController().signal,
);
const { hostname: host, port } = new URL(server.url);
const byStatus = new Map<number, ReturnType<typeof latencyRecorder>>();
let next = 0;
let lost = 0;
let running = true;
let peakBytes = 0;

async function lane(): Promise<() => Connection> {
  let sentMs = 0;
  const send = (): void => {
    sentMs = performance.now();
    next += 1;
    const request = requests[next % requests.length];
    if (request !== undefined) connection.send(request);
  };
  const connection = await connect(
    { host, port: Number(port) },
    {
      onAnswer(status) {
        const recorder = byStatus.get(status) ?? latencyRecorder();
        byStatus.set(status, recorder);
        recorder.record(performance.now() - sentMs);
        if (running) send();
      },
      onLost: () => {
        lost += 1;
        if (running)
          void lane().then(
            (begin) => begin(),
            () => undefined,
          );
      },
      onUnreadable: () => undefined,
    },
  );
  return () => {
    send();
    return connection;
  };
}

const sampling = setInterval(() => {
  peakBytes = Math.max(peakBytes, residentBytes(server.pids) ?? 0);
}, SAMPLE_MS);
try {
  // Connected before the load begins: under it libuv accepts one connection a turn of the loop, and the others wait in the system's queue.
  const ready: (() => Connection)[] = [];
  while (ready.length < limit * times) {
    ready.push(...(await Promise.all(Array.from({ length: CONNECTED_AT_ONCE }, lane))));
  }
  await sleep(500);
  const lanes = ready.map((begin) => begin());
  await sleep(seconds * 1000);
  running = false;
  await sleep(1000);
  const beforeMs = performance.now();
  const calm = await fetch(`${server.url}/webhook?hub.mode=subscribe&hub.verify_token=overload&hub.challenge=1`);
  const rows = [...byStatus].map(([status, recorder]) => {
    const { count, p50, p99, max } = recorder.summary();
    return { status, count, p50_ms: Math.round(p50), p99_ms: Math.round(p99), max_ms: Math.round(max) };
  });
  console.table(rows);
  const peak_mb = Math.round(peakBytes / 1024 ** 2);
  console.log({ connections: lanes.length, lost, peak_mb, calm: calm.status, calm_ms: performance.now() - beforeMs });
  for (const one of lanes) one.close();
} finally {
  clearInterval(sampling);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
