/** One worker process: started, asked how it is, and started again when it ends or no longer answers. */
import type { Worker } from 'node:cluster';
import { createBackoff } from '../core/backoff.ts';
import { HubcastError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { within } from '../core/time-out.ts';
import type { Readiness } from '../stores/store.ts';
import type { FailedDelivery } from '../telemetry/failed-deliveries.ts';
import type { MetricState } from '../telemetry/metrics/exposition.ts';
import type { Answers, FromWorker, Published, Question, ToWorker } from './channel-messages.ts';

export interface KeptWorkerOptions {
  /** From 1. */
  readonly number: number;
  readonly fork: (number: number) => Worker;
  readonly onPublished: (events: readonly Published[]) => void;
  /** What a process had counted that is no more. */
  readonly onEnd: (metrics: readonly MetricState[]) => void;
  /** A monotonic clock in ms. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface KeptWorker {
  readonly number: number;
  /** Resolves to its URL when it takes connections. @throws HubcastError why its first start failed */
  readonly listening: Promise<string>;
  /** Null while it is away: it ended, and was not ready since. Connections go to others then. */
  readonly readiness: () => Promise<Readiness | null>;
  /** As it told last, where it does not answer in time. */
  readonly metrics: () => Promise<readonly MetricState[]>;
  readonly lastMetrics: () => readonly MetricState[];
  /** Empty where it does not answer in time. */
  readonly failedDeliveries: () => Promise<readonly FailedDelivery[]>;
  /** Resolves when the process has ended. */
  readonly stop: () => Promise<void>;
  readonly cut: () => void;
  readonly kill: () => void;
}

const ANSWER_WITHIN_MS = 1_000;
const PULSE_INTERVAL_MS = 1_000;
/** Pulses counted, not time: a machine that slept is no reason. */
const MISSED_PULSES = 30;
/** Until then what it said last holds: on a busy machine an answer may be late. */
const LATE_PULSES = 5;
const STARTING: Readiness = { ready: false, reason: 'It is starting.' };
/** What one had counted when it ends is known from so many pulses before, or from a scrape. */
const PULSES_A_COUNT = 5;
const BACKOFF = { firstMs: 250, longestMs: 30_000 };
/** One that ran for so long is started again without delay. */
const STEADY_AFTER_MS = 60_000;
const ENDED_FIX = 'The lines before this one may say why. Requests it had not answered are sent again by Meta.';
const SILENT_FIX = 'Please report it with the log; an event that takes so long to process is a fault in hubcast.';

export function keepWorker(options: KeptWorkerOptions): KeptWorker {
  const { number, log, now } = options;
  const pending = new Map<number, (answer?: Answers[Question]) => void>();
  const listening = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<void>();
  let worker: Worker | null = null;
  let failure: { readonly code: HubcastError['code']; readonly message: string } | undefined;
  let lastMetrics: readonly MetricState[] = [];
  let listened = false;
  let stopping = false;
  let again = false;
  let lastState = STARTING;
  let wasReady = false;
  let pulses = 0;
  let startedMs = 0;
  let missedPulses = 0;
  const backoff = createBackoff(BACKOFF);
  let questions = 0;
  let restarting: NodeJS.Timeout | undefined;

  function start(): void {
    const started = options.fork(number);
    worker = started;
    failure = undefined;
    wasReady = false;
    lastState = STARTING;
    missedPulses = 0;
    startedMs = now();
    started.on('message', take);
    // Where no process could be made there is no exit.
    started.on('error', (error) => {
      if (started.process.pid === undefined) left(started, error.message);
    });
    started.once('exit', (code, signal) => left(started, signal ?? `code ${code}`));
  }

  function take(message: FromWorker): void {
    missedPulses = 0;
    if (message.kind === 'answer') pending.get(message.id)?.(message.answer);
    else if (message.kind === 'published') options.onPublished(message.events);
    else if (message.kind === 'failed') failure = message;
    else {
      listened = true;
      listening.resolve(message.url);
    }
  }

  function left(gone: Worker, by: string): void {
    if (worker !== gone) return;
    worker = null;
    options.onEnd(lastMetrics);
    lastMetrics = [];
    const diagnosis = failure?.message ?? `It ended by ${by}.`;
    if (stopping || !listened) {
      finish();
      listening.reject(new HubcastError(failure?.code ?? 'internal', diagnosis));
      return;
    }
    if (now() - startedMs > STEADY_AFTER_MS) backoff.reset();
    const pauseMs = backoff.next();
    const { pid } = gone.process;
    log.error({ worker: number, pid, diagnosis, pauseMs, fix: ENDED_FIX }, 'a worker ended; it is started again');
    again = true;
    restarting = setTimeout(start, pauseMs);
  }

  function finish(): void {
    clearInterval(pulse);
    clearTimeout(restarting);
    ended.resolve();
  }

  function tell(message: ToWorker): void {
    // One that is ending cannot be told; its exit says the rest.
    if (worker?.isConnected()) worker.send(message, () => undefined);
  }

  /** @returns undefined where no answer came in time */
  function ask<Asked extends Question>(question: Asked): Promise<Answers[Asked] | undefined> {
    const id = ++questions;
    const { promise, resolve } = Promise.withResolvers<Answers[Question] | undefined>();
    pending.set(id, resolve);
    tell({ kind: 'ask', id, question });
    const answer = promise as Promise<Answers[Asked] | undefined>;
    return within(answer, worker === null ? 0 : ANSWER_WITHIN_MS, () => undefined).finally(() => pending.delete(id));
  }

  async function readiness(): Promise<Readiness | null> {
    const asked = worker;
    if (asked === null) return null;
    const state = await ask('readiness');
    if (worker !== asked) return null;
    if (state !== undefined) lastState = state;
    if (state?.ready) wasReady = true;
    if (again && !wasReady) return null;
    return missedPulses > LATE_PULSES ? { ready: false, reason: `It did not answer for ${LATE_PULSES} s.` } : lastState;
  }

  async function metrics(): Promise<readonly MetricState[]> {
    const asked = worker;
    const answer = await ask('metrics');
    if (answer !== undefined && worker === asked) lastMetrics = answer;
    return lastMetrics;
  }

  const pulse = setInterval(() => {
    if (worker === null) return;
    missedPulses += 1;
    if (missedPulses > MISSED_PULSES) {
      const seconds = (MISSED_PULSES * PULSE_INTERVAL_MS) / 1000;
      const { pid } = worker.process;
      log.error({ worker: number, pid, fix: SILENT_FIX }, `a worker did not answer for ${seconds} s; it is killed`);
      worker.process.kill('SIGKILL');
      return;
    }
    pulses += 1;
    void (pulses % PULSES_A_COUNT === 0 ? metrics() : readiness());
  }, PULSE_INTERVAL_MS);
  start();

  return {
    number,
    listening: listening.promise,
    readiness,
    metrics,
    lastMetrics: () => lastMetrics,
    failedDeliveries: async () => (await ask('failedDeliveries')) ?? [],
    stop() {
      stopping = true;
      if (worker === null) finish();
      else tell({ kind: 'stop' });
      return ended.promise;
    },
    cut: () => tell({ kind: 'cut' }),
    kill: () => void worker?.process.kill('SIGKILL'),
  };
}
