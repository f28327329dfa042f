/** All workers as one: ready, counted and stopped together. */
import type { Worker } from 'node:cluster';
import type { Logger } from '../core/log.ts';
import type { Readiness } from '../stores/store.ts';
import type { FailedDelivery } from '../telemetry/failed-deliveries.ts';
import { type MetricState, mergeMetrics } from '../telemetry/metrics/exposition.ts';
import type { Published } from './channel-messages.ts';
import { SupervisedWorker } from './supervised-worker.ts';

export interface WorkerPoolOptions {
  readonly count: number;
  readonly fork: (number: number) => Worker;
  readonly onPublished: (events: readonly Published[]) => void;
  /** A worker that has not exited this long after its stop message is killed. */
  readonly killAfterMs: number;
  /** A monotonic clock in ms. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface WorkerPool {
  readonly url: string;
  /**
   * First when every worker is; from then on while one is ready and none that takes connections is not. Those that are
   * being started again take none, and are told as warnings.
   */
  readonly readiness: () => Promise<Readiness>;
  /** Of each process, including those that exited. */
  readonly metrics: () => Promise<readonly (readonly MetricState[])[]>;
  /** The same, a few seconds old. */
  readonly lastMetrics: () => readonly (readonly MetricState[])[];
  /** Of each process that runs. */
  readonly failedDeliveries: () => Promise<readonly (readonly FailedDelivery[])[]>;
  readonly stop: () => Promise<void>;
  /** Closes the remaining connections. */
  readonly destroy: () => void;
}

/** @throws HubcastError the error of the first worker that failed to start */
export async function startWorkers(options: WorkerPoolOptions): Promise<WorkerPool> {
  const { count, log } = options;
  let past: readonly MetricState[] = [];
  const onEnd = (metrics: readonly MetricState[]) => {
    // Gauges belonged to the ended process; counters continue.
    past = mergeMetrics([past, metrics.filter(({ type }) => type !== 'gauge')]);
  };
  const workers = Array.from(
    { length: count },
    (_, place) => new SupervisedWorker({ ...options, number: place + 1, onEnd }),
  );
  const kill = () => {
    for (const worker of workers) worker.kill();
  };
  const stop = async () => {
    const timer = setTimeout(() => {
      log.error('workers did not end after they were told to; they are killed');
      kill();
    }, options.killAfterMs);
    await Promise.all(workers.map((worker) => worker.stop()));
    clearTimeout(timer);
  };

  const starts = workers.map(({ listening }) => listening);
  // Each worker may fail, and one reason is enough.
  for (const start of starts) start.catch(() => undefined);
  let url = '';
  try {
    [url = ''] = await Promise.all(starts);
  } catch (error) {
    const stopped = stop();
    kill();
    await stopped;
    throw error;
  }

  let began = false;
  return {
    url,
    stop,
    async readiness() {
      const states = await Promise.all(
        workers.map(async (worker) => ({ number: worker.number, state: await worker.readiness() })),
      );
      const away = states.filter(({ state }) => state === null).map(({ number }) => number);
      const here = states.flatMap(({ number, state }) => (state === null ? [] : [{ number, state }]));
      for (const { number, state } of here) {
        if (!state.ready) return { ready: false, reason: `Worker ${number} of ${count}: ${state.reason}` };
      }
      if (away.length === count || (away.length > 0 && !began)) {
        return {
          ready: false,
          reason: `Workers that ended and are being started again: ${away.join(', ')} of ${count}.`,
        };
      }
      began = true;
      const warnings = here.flatMap(({ state }) => (state.ready ? (state.warnings ?? []) : []));
      if (away.length > 0) {
        warnings.push(`Workers that ended and are being started again: ${away.join(', ')} of ${count}.`);
      }
      return { ready: true, warnings: [...new Set(warnings)] };
    },
    metrics: async () => [...(await Promise.all(workers.map((worker) => worker.metrics()))), past],
    failedDeliveries: () => Promise.all(workers.map((worker) => worker.failedDeliveries())),
    lastMetrics: () => [...workers.map((worker) => worker.lastMetrics()), past],
    destroy() {
      for (const worker of workers) worker.cut();
    },
  };
}
