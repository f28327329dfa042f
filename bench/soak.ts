// node bench/soak.ts: hours of a day's mix at a fixed rate, on a journal with retention and on Kafka at once, and what each of the two
// services holds after every minute. What grows without an end shows in the last lines.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { hold, release } from '../test/stores/kafka/broker/guarded.ts';
import { startGenerator } from './load/generator.ts';
import { findKafka } from './run/kafka.ts';
import { pinOurselves } from './run/pinning.ts';
import { processCpuMs, residentBytes } from './run/proc.ts';
import { type RunningServer, startServer } from './run/servers.ts';

const EXAMPLES = `
Needs dist/ (npm run build). Ctrl-C ends it; the lines so far stay.

Examples:
  node bench/soak.ts --minutes 90                       both stores, 300 requests/s each
  node bench/soak.ts --store journal --per-second 1000
  node bench/soak.ts --minutes 480 --json > soak.jsonl  one line of JSON a minute and store`;

const STORES = ['journal', 'kafka'] as const;
type StoreName = (typeof STORES)[number];

const flags = new Command('node bench/soak.ts')
  .description(
    'The same load for a long time. Prints memory, files, the WAL and delays of each minute. Fails if a request was not answered with 200.',
  )
  .option('--minutes <n>', 'of load', Number, 90)
  .option('--per-second <n>', 'requests to each store', Number, 300)
  .option('--store <name>', `${STORES.join(' or ')}; both without it`)
  .option('--retention-hours <n>', 'of the journal', Number, 1)
  .option('--connections <n>', 'to each service', Number, 20)
  .option('--json', 'one line of JSON for each minute and store')
  .addHelpText('after', EXAMPLES)
  .parse()
  .opts<{
    minutes: number;
    perSecond: number;
    store?: string;
    retentionHours: number;
    connections: number;
    json?: true;
  }>();

const SECRET = 'soak-secret';
const VERIFY_TOKEN = 'soak';
const MINUTE_MS = 60_000;
const MB = 1024 ** 2;

interface Minute {
  readonly store: StoreName;
  readonly minute: number;
  readonly ok: number;
  readonly other: number;
  readonly p99_ms: number;
  readonly rss_mb: number;
  readonly heap_mb: number;
  readonly external_mb: number;
  readonly files: number;
  readonly journal_mb: number;
  readonly wal_mb: number;
  readonly loop_p99_ms: number;
  readonly cpu_percent: number;
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

const stores = STORES.filter((name) => flags.store === undefined || flags.store === name);
if (stores.length === 0) {
  process.stderr.write(`There is no store "${flags.store}"; there are ${STORES.join(' and ')}.\n`);
  process.exit(2);
}
const pinning = pinOurselves();
const folder = await mkdtemp(join(tmpdir(), 'hubcast-soak-'));
hold('folder', folder);
const prefix = `soak-${process.pid}`;
const kafka = stores.includes('kafka') ? await findKafka(prefix) : undefined;
if (kafka?.there === false) process.stderr.write(`SKIPPED: kafka. ${kafka.reason}\n`);
let bad = 0;
try {
  const served = stores.filter((name) => name !== 'kafka' || kafka?.there === true);
  await Promise.all(served.map(soak));
} finally {
  if (kafka?.there) await kafka.close();
  await rm(folder, { recursive: true, force: true });
  release('folder', folder);
}
process.exitCode = bad === 0 ? 0 : 1;

async function soak(store: StoreName): Promise<void> {
  const settings = {
    META_APP_SECRET: SECRET,
    META_VERIFY_TOKEN: VERIFY_TOKEN,
    DATA_DIR: join(folder, store),
    ...(store === 'kafka' && kafka?.there ? kafka.settings : { JOURNAL_RETENTION_HOURS: String(flags.retentionHours) }),
  };
  const server = await startServer(store, { settings, againstFolder: undefined }, pinning, stopping.signal);
  const generator = startGenerator();
  try {
    await untilReady(server);
    const count = Math.floor((flags.perSecond * MINUTE_MS) / 1000);
    let cpuMs = processCpuMs(server.pids) ?? 0;
    for (let minute = 1; minute <= flags.minutes && !stopping.signal.aborted; minute += 1) {
      const startedMs = performance.now();
      await generator.prepare({
        ...{
          workload: 'day',
          seed: process.pid,
          first: minute * count,
          count,
          secret: SECRET,
          verifyToken: VERIFY_TOKEN,
        },
        aroundSec: Math.floor(Date.now() / 1000),
      });
      const shape = { connections: flags.connections, durationMs: MINUTE_MS, perSecond: flags.perSecond };
      const { statuses, answered, lost, unanswered, latencyMs } = await generator.run(shape, server.url);
      const ok = statuses[200] ?? 0;
      const other = answered - ok + lost + unanswered;
      bad += other;
      const nowCpuMs = processCpuMs(server.pids) ?? 0;
      const share = (nowCpuMs - cpuMs) / (performance.now() - startedMs);
      cpuMs = nowCpuMs;
      print({
        ...{ store, minute, ok, other, p99_ms: tenths(latencyMs.p99), cpu_percent: Math.round(100 * share) },
        ...(await readHeld(server, settings.DATA_DIR)),
      });
    }
  } finally {
    await generator.close();
    await server.stop();
  }
}

/** Topics are made while it starts. */
async function untilReady({ internalUrl = '' }: RunningServer): Promise<void> {
  const endMs = performance.now() + MINUTE_MS;
  while (!(await fetch(`${internalUrl}/ready`)).ok) {
    if (performance.now() > endMs) throw new Error('The service was not ready within a minute.');
    await sleep(100);
  }
}

async function readHeld({ internalUrl = '', pids }: RunningServer, dataDir: string) {
  // The service keeps the text of /metrics for a second.
  await sleep(1100);
  const text = await (await fetch(`${internalUrl}/metrics`)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const bytes = await bytesByName(dataDir);
  return {
    rss_mb: tenths((residentBytes(pids) ?? 0) / MB),
    heap_mb: tenths(value('nodejs_heap_size_used_bytes') / MB),
    external_mb: tenths(value('nodejs_external_memory_bytes') / MB),
    files: value('process_open_fds'),
    journal_mb: tenths((bytes.get('journal.db') ?? 0) / MB),
    wal_mb: tenths((bytes.get('journal.db-wal') ?? 0) / MB),
    loop_p99_ms: tenths(value('nodejs_eventloop_lag_p99_seconds') * 1000),
  };
}

async function bytesByName(dataDir: string): Promise<Map<string, number>> {
  const names = await readdir(dataDir).catch(() => []);
  const sizes = names.map(async (name) => [name, (await stat(join(dataDir, name))).size] as const);
  return new Map(await Promise.all(sizes));
}

function print(minute: Minute): void {
  if (flags.json) process.stdout.write(`${JSON.stringify(minute)}\n`);
  else
    process.stdout.write(
      `${Object.entries(minute)
        .map(([name, value]) => `${name} ${value}`)
        .join('  ')}\n`,
    );
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
