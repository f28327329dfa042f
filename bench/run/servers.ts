import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hold, release } from '../../test/stores/kafka/broker/guarded.ts';
import { FLOORS, type ServerKey, type ServerName } from '../scenarios.ts';
import { onAllCores, onServerCore, type Pinning } from './pinning.ts';
import { processTree, residentBytes } from './proc.ts';

/** A server under load in its own process, started as an operator would and known only by its ready line. */
export interface RunningServer {
  /** Itself and its workers. */
  readonly pids: readonly number[];
  /** Whether it is kept on the one core of the servers. */
  readonly onServerCore: boolean;
  readonly url: string;
  /** Of the service: where its figures are. */
  readonly internalUrl?: string;
  /** What it takes before anything was asked of it. */
  readonly idleBytes?: number;
  readonly startHeapCount: () => void;
  /** JavaScript memory its main thread allocated since `startHeapCount`; not told of several processes. */
  readonly heapCount: () => Promise<number | undefined>;
  /** The end of what it said on stdout and stderr, for when something went wrong. */
  readonly lastWords: () => string;
  readonly stop: () => Promise<void>;
}

/** The service as it is shipped: built, without the type stripper that running from source loads into each thread. */
const SERVICE = ['dist/main.js', 'serve'];

const ENTRIES: Readonly<Record<ServerName, readonly string[]>> = {
  sink: ['bench/floor/sink.ts'],
  'floor-bare': ['bench/floor/bare.ts'],
  'floor-express': ['bench/floor/express.ts'],
  'floor-json': ['bench/floor/json.ts'],
  'floor-kafkajs': ['bench/floor/kafkajs.ts'],
  'floor-sqlite': ['bench/floor/sqlite.ts'],
  'no-store': ['bench/floor/no-store.ts'],
  'look-ups': SERVICE,
  journal: SERVICE,
  spool: SERVICE,
  kafka: SERVICE,
  'kafka-workers-1': SERVICE,
  'kafka-workers-2': SERVICE,
};

const PROBE = fileURLToPath(new URL('./heap-probe.js', import.meta.url));
const HEAP_COUNT_WITHIN_MS = 5_000;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_WITHIN_MS = 60_000;
const STOP_STEPS = ['SIGTERM', 'SIGTERM', 'SIGKILL'] as const;
const STOP_STEP_MS = 5_000;
const KEPT_ERROR_CHARS = 4_000;

/** One core for several processes would tell nothing; and what one process costs is to be compared on the same cores. */
const ON_ALL_CORES: ReadonlySet<ServerName> = new Set(['kafka-workers-1', 'kafka-workers-2']);

/** What the image sets for the process itself, such as NODE_OPTIONS: the service is measured as it is shipped. */
function shippedEnvironment(root: string): Record<string, string> {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  return Object.fromEntries(
    [...dockerfile.matchAll(/^ENV (NODE_OPTIONS|MALLOC_\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

export interface ServerPlace {
  readonly settings: Readonly<Record<string, string>>;
  /** The built checkout of `--against`. */
  readonly againstFolder: string | undefined;
}

/** `settings` is all of the server's environment but PATH and HOME, so that a stray KAFKA_BROKERS changes no scenario. */
export async function startServer(
  key: ServerKey,
  { settings, againstFolder }: ServerPlace,
  pinning: Pinning,
  signal: AbortSignal,
): Promise<RunningServer> {
  const name = key.replace('@against', '') as ServerName;
  const root = key === name ? ROOT : (againstFolder ?? ROOT);
  const onCores = ON_ALL_CORES.has(name) ? onAllCores : onServerCore;
  const [command = '', ...args] = onCores(pinning, [process.execPath, '--import', PROBE, ...ENTRIES[name]]);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, {
    cwd: root,
    env: {
      PATH,
      HOME,
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      ...(FLOORS.has(name) ? {} : shippedEnvironment(root)),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  // The guard ends it should this process be killed.
  if (child.pid !== undefined) hold('pid', child.pid);
  child.once('exit', () => release('pid', child.pid ?? 0));
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-KEPT_ERROR_CHARS);
  });
  const stop = (): Promise<void> => stopProcess(child);
  try {
    const { url, internalUrl } = await readyUrls(child, signal);
    const pids = processTree(child.pid ?? 0);
    const idleBytes = residentBytes(pids);
    // Its log is read and thrown away, as a collector would read it, or the pipe fills up and the server stalls.
    let last: Buffer = Buffer.alloc(0);
    child.stdout?.on('data', (chunk: Buffer) => {
      last = chunk;
    });
    // The line reader above has paused it.
    child.stdout?.resume();
    const lastWords = (): string => `${last.toString().slice(-KEPT_ERROR_CHARS)}\n${complaint}`.trim();
    return {
      pids,
      onServerCore: pinning.pinned && !ON_ALL_CORES.has(name),
      // Look-ups are asked on the internal listener.
      url: name === 'look-ups' ? (internalUrl ?? url) : url,
      ...(internalUrl === undefined ? {} : { internalUrl }),
      ...(idleBytes === undefined ? {} : { idleBytes }),
      startHeapCount: () => void child.send('heap-start'),
      async heapCount() {
        // The probe is asked in the first process, and the work is done in the others.
        if (pids.length > 1) return undefined;
        const answer = once(child, 'message', { signal: AbortSignal.timeout(HEAP_COUNT_WITHIN_MS) });
        child.send('heap-stop');
        const [report] = (await answer.catch(() => [])) as { readonly allocatedBytes?: number }[];
        return report?.allocatedBytes;
      },
      lastWords,
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`${key} did not start: ${(error as Error).message}\n${complaint}`.trimEnd(), { cause: error });
  }
}

async function readyUrls(child: ChildProcess, signal: AbortSignal): Promise<ReadyUrls> {
  if (child.stdout === null) throw new Error('its stdout is not readable');
  const lines = createInterface({ input: child.stdout });
  const abort = AbortSignal.any([signal, AbortSignal.timeout(READY_WITHIN_MS)]);
  const { promise, resolve, reject } = Promise.withResolvers<ReadyUrls>();
  lines.on('line', (line) => {
    const urls = urlsOfReadyLine(line);
    if (urls !== undefined) resolve(urls);
  });
  child.once('error', reject);
  child.once('exit', (code, by) => reject(new Error(`it ended (${by ?? `code ${code}`}) before its ready line`)));
  const onAbort = (): void => reject(new Error(signal.aborted ? 'stopped' : `no ready line in ${READY_WITHIN_MS} ms`));
  abort.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    abort.removeEventListener('abort', onAbort);
    lines.close();
  }
}

interface ReadyUrls {
  readonly url: string;
  readonly internalUrl?: string;
}

/** The addresses in a ready line; another line gives undefined. */
export function urlsOfReadyLine(line: string): ReadyUrls | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('msg' in entry) || entry.msg !== 'ready') return undefined;
    if (!('public' in entry) || typeof entry.public !== 'string') return undefined;
    const internal = 'internal' in entry && typeof entry.internal === 'string' ? { internalUrl: entry.internal } : {};
    return { url: entry.public, ...internal };
  } catch {
    return undefined;
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  for (const step of STOP_STEPS) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(STOP_STEP_MS) }).catch(() => undefined);
    child.kill(step);
    await exited;
  }
}
