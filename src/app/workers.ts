/**
 * From settings to the processes that take webhooks: they hold the public listener and a writer to Kafka each, and nothing
 * else. node:cluster accepts connections in the first process and hands each to the next worker in turn: the load is even, a
 * connection that waits survives the worker it would have gone to, and nobody else can take the port meanwhile, as with
 * SO_REUSEPORT.
 */
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Published } from '../cluster/channel-messages.ts';
import { startWorkers, type WorkerPool } from '../cluster/worker-pool.ts';
import type { Environment } from '../config/read-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';

export interface OpenWorkersOptions {
  /** What the settings were read from. */
  readonly env: Environment;
  /** Called with stored events that look-ups have to know of. */
  readonly onPublished: ((events: readonly Published[]) => void) | undefined;
  readonly log: Logger;
}

/** What a worker needs beyond its shutdown before it is taken for stuck. */
const KILL_MARGIN_MS = 5_000;
const ENTRY = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker-process.ts' : './worker-process.js', import.meta.url),
);

/** 1: webhooks are taken in this process. */
export function workerCount({ WORKERS, ROLES }: Settings): number {
  if (!ROLES.includes('receive')) return 1;
  return WORKERS === 'auto' ? availableParallelism() : WORKERS;
}

/** @throws HubcastError as the public listener would, for example when its address is taken */
export function openWorkers(fixed: Settings, { env, onPublished, log }: OpenWorkersOptions): Promise<WorkerPool> {
  const workerEnv = workerEnvironment(env);
  cluster.schedulingPolicy = cluster.SCHED_RR;
  return startWorkers({
    count: workerCount(fixed),
    fork(number) {
      cluster.setupPrimary({ exec: ENTRY, args: [String(number)] });
      return cluster.fork(workerEnv);
    },
    onPublished: onPublished ?? (() => undefined),
    killAfterMs: fixed.SHUTDOWN_TIMEOUT_MS + fixed.WRITE_TIMEOUT_MS + KILL_MARGIN_MS,
    now: () => performance.now(),
    log,
  });
}

/** What only the first process needs: whoever breaks into one that faces the world finds no tokens there. */
const KEPT_BACK = [
  'META_ACCESS_TOKEN',
  'META_ACCESS_TOKEN_FILE',
  'API_TOKENS',
  'API_TOKENS_FILE',
  'HUBCAST_TOKEN',
  'HUBCAST_TOKEN_FILE',
  'MANAGEMENT',
  'INTERNAL_HOST',
  'INTERNAL_PORT',
] as const;

/** Undefined takes a variable away. */
function workerEnvironment(env: Environment): Record<string, string | undefined> {
  const without = Object.fromEntries(KEPT_BACK.map((name) => [name, undefined]));
  return { ...env, ...without, ROLES: 'receive', WORKERS: '1' };
}
