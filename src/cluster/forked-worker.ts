/** One worker process from fork to exit: what it reports, what it is asked, and how it was at its last answer. */
import type { Worker } from 'node:cluster';
import { HubcastError } from '../core/errors.ts';
import { within } from '../core/time-out.ts';
import type { Readiness } from '../stores/store.ts';
import type { MetricState } from '../telemetry/metrics/exposition.ts';
import type { FromWorker, Published, Question, ToWorker, WorkerReports } from './channel-messages.ts';

export interface ForkedWorkerEvents {
  readonly onListening: (url: string) => void;
  readonly onPublished: (events: readonly Published[]) => void;
  /** Called once. @param error why it could not start, or how it ended */
  readonly onEnd: (error: HubcastError) => void;
}

const ANSWER_WITHIN_MS = 1_000;
const STARTING: Readiness = { ready: false, reason: 'It is starting.' };

export class ForkedWorker {
  readonly #worker: Worker;
  readonly #events: ForkedWorkerEvents;
  readonly #pending = new Map<number, (answer?: WorkerReports[Question]) => void>();
  #questions = 0;
  #failure: HubcastError | undefined;
  #ended = false;
  /** Its last answer holds while the next one is late. */
  #readiness = STARTING;
  #metrics: readonly MetricState[] = [];
  /** Whether it was ready at any time since it was forked. */
  wasReady = false;
  /** Pulses since it sent its last message. */
  missedPulses = 0;

  constructor(worker: Worker, events: ForkedWorkerEvents) {
    this.#worker = worker;
    this.#events = events;
    worker.on('message', (message: FromWorker) => this.#take(message));
    // Where no process could be made there is no exit.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) this.#end(error.message);
    });
    worker.once('exit', (code, signal) => this.#end(signal ?? `code ${code}`));
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  get lastMetrics(): readonly MetricState[] {
    return this.#metrics;
  }

  #take(message: FromWorker): void {
    this.missedPulses = 0;
    if (message.kind === 'answer') this.#pending.get(message.id)?.(message.answer);
    else if (message.kind === 'published') this.#events.onPublished(message.events);
    else if (message.kind === 'failed') this.#failure = new HubcastError(message.code, message.message);
    else this.#events.onListening(message.url);
  }

  #end(by: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.onEnd(this.#failure ?? new HubcastError('internal', `It ended by ${by}.`));
  }

  tell(message: ToWorker): void {
    // A process that is ending takes no message; its exit says the rest.
    if (this.#worker.isConnected()) this.#worker.send(message, () => undefined);
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  /** @returns undefined where no answer came in time */
  ask<Asked extends Question>(question: Asked): Promise<WorkerReports[Asked] | undefined> {
    this.#questions += 1;
    const id = this.#questions;
    const { promise, resolve } = Promise.withResolvers<WorkerReports[Question] | undefined>();
    this.#pending.set(id, resolve);
    this.tell({ kind: 'ask', id, question });
    const answer = promise as Promise<WorkerReports[Asked] | undefined>;
    return within(answer, ANSWER_WITHIN_MS, () => undefined).finally(() => this.#pending.delete(id));
  }

  /** @returns null when it ended before it answered */
  async readiness(): Promise<Readiness | null> {
    const state = await this.ask('readiness');
    if (this.#ended) return null;
    if (state !== undefined) this.#readiness = state;
    if (state?.ready) this.wasReady = true;
    return this.#readiness;
  }

  /** Its last figures where it does not answer in time. */
  async metrics(): Promise<readonly MetricState[]> {
    const answer = await this.ask('metrics');
    if (this.#ended) return [];
    if (answer !== undefined) this.#metrics = answer;
    return this.#metrics;
  }
}
