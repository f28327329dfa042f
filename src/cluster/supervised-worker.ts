/**
 * One place among the workers. A process fills it; when that ends or no longer answers, another one does.
 *
 *   starting ── listening ──> running ── exit ──> waiting ── pause ──> running
 *      │                         │                   │
 *     exit                     stop()              stop()
 *      │                         │                   │
 *      └──> failed            stopping ── exit ──> ended
 */
import type { Worker } from 'node:cluster';
import { createBackoff } from '../core/backoff.ts';
import type { HubcastError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Readiness } from '../stores/store.ts';
import type { FailedDelivery } from '../telemetry/failed-deliveries.ts';
import type { MetricState } from '../telemetry/metrics/exposition.ts';
import type { Published } from './channel-messages.ts';
import { ForkedWorker } from './forked-worker.ts';

export interface SupervisedWorkerOptions {
  /** From 1. */
  readonly number: number;
  readonly fork: (number: number) => Worker;
  readonly onPublished: (events: readonly Published[]) => void;
  /** Called with the counts of a process that has ended. */
  readonly onEnd: (metrics: readonly MetricState[]) => void;
  /** A monotonic clock in ms. */
  readonly now: () => number;
  readonly log: Logger;
}

const PULSE_INTERVAL_MS = 1_000;
/** Pulses are counted, not time: a machine that slept is no reason to kill a worker. */
const MISSED_PULSES = 30;
/** Until then its last answer holds: on a busy machine an answer may be late. */
const LATE_PULSES = 5;
/** The counts of a process that ends are known from its last scrape, or from so many pulses before. */
const PULSES_A_COUNT = 5;
const BACKOFF = { firstMs: 250, longestMs: 30_000 };
/** A process that ran for so long is followed by the next one without a longer pause. */
const STEADY_AFTER_MS = 60_000;
const ENDED_FIX = 'The lines before this one may say why. Requests it had not answered are sent again by Meta.';
const SILENT_FIX = 'Please report it with the log; an event that takes so long to process is a fault in hubcast.';

export class SupervisedWorker {
  readonly number: number;
  readonly #options: SupervisedWorkerOptions;
  readonly #listening = Promise.withResolvers<string>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #backoff = createBackoff(BACKOFF);
  readonly #pulse: NodeJS.Timeout;
  /** Null while waiting, and once it has ended. */
  #process: ForkedWorker | null = null;
  #startedMs = 0;
  #restart: NodeJS.Timeout | undefined;
  #listened = false;
  #restarted = false;
  #stopping = false;
  #pulses = 0;

  constructor(options: SupervisedWorkerOptions) {
    this.number = options.number;
    this.#options = options;
    this.#pulse = setInterval(() => this.#beat(), PULSE_INTERVAL_MS);
    this.#start();
  }

  /** Resolves to its URL when it takes connections. @throws HubcastError why its first start failed */
  get listening(): Promise<string> {
    return this.#listening.promise;
  }

  #start(): void {
    this.#startedMs = this.#options.now();
    const started = new ForkedWorker(this.#options.fork(this.number), {
      onListening: (url) => {
        this.#listened = true;
        this.#listening.resolve(url);
      },
      onPublished: this.#options.onPublished,
      onEnd: (error) => this.#onEnd(started, error),
    });
    this.#process = started;
  }

  #onEnd(gone: ForkedWorker, error: HubcastError): void {
    this.#process = null;
    this.#options.onEnd(gone.lastMetrics);
    if (this.#stopping || !this.#listened) {
      this.#finish();
      this.#listening.reject(error);
      return;
    }
    const { now, log } = this.#options;
    if (now() - this.#startedMs > STEADY_AFTER_MS) this.#backoff.reset();
    const pauseMs = this.#backoff.next();
    const entry = { worker: this.number, pid: gone.pid, diagnosis: error.message, pauseMs, fix: ENDED_FIX };
    log.error(entry, 'a worker ended; it is started again');
    this.#restarted = true;
    this.#restart = setTimeout(() => this.#start(), pauseMs);
  }

  #finish(): void {
    clearInterval(this.#pulse);
    clearTimeout(this.#restart);
    this.#ended.resolve();
  }

  #beat(): void {
    const asked = this.#process;
    if (asked === null) return;
    asked.missedPulses += 1;
    if (asked.missedPulses > MISSED_PULSES) {
      const seconds = (MISSED_PULSES * PULSE_INTERVAL_MS) / 1000;
      const entry = { worker: this.number, pid: asked.pid, fix: SILENT_FIX };
      this.#options.log.error(entry, `a worker did not answer for ${seconds} s; it is killed`);
      asked.kill();
      return;
    }
    this.#pulses += 1;
    void (this.#pulses % PULSES_A_COUNT === 0 ? asked.metrics() : asked.readiness());
  }

  /** Null while it is away: it ended, and was not ready since. Connections go to other workers then. */
  async readiness(): Promise<Readiness | null> {
    const asked = this.#process;
    const state = (await asked?.readiness()) ?? null;
    if (asked === null || state === null || (this.#restarted && !asked.wasReady)) return null;
    const isLate = asked.missedPulses > LATE_PULSES;
    return isLate ? { ready: false, reason: `It did not answer for ${LATE_PULSES} s.` } : state;
  }

  /** Its last figures where it does not answer in time. */
  async metrics(): Promise<readonly MetricState[]> {
    return (await this.#process?.metrics()) ?? [];
  }

  lastMetrics(): readonly MetricState[] {
    return this.#process?.lastMetrics ?? [];
  }

  /** Empty where it does not answer in time. */
  async failedDeliveries(): Promise<readonly FailedDelivery[]> {
    return (await this.#process?.ask('failedDeliveries')) ?? [];
  }

  /** Resolves when the process has ended. */
  stop(): Promise<void> {
    this.#stopping = true;
    if (this.#process === null) this.#finish();
    else this.#process.tell({ kind: 'stop' });
    return this.#ended.promise;
  }

  /** Cuts the connections that are left. */
  cut(): void {
    this.#process?.tell({ kind: 'cut' });
  }

  kill(): void {
    this.#process?.kill();
  }
}
