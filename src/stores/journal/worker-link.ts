/**
 * The main thread's end of the journal's worker: numbered calls and answers. A worker that dies fails its open calls and
 * is started again, each time after a longer pause until one call succeeds.
 */
import { Worker } from 'node:worker_threads';
import { createBackoff } from '../../core/backoff.ts';
import { HubcastError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { within } from '../../core/time-out.ts';
import type { Argument, Call, CallAnswer, CallName, Failure, Reply, WorkerSettings } from './messages.ts';

export type StartWorker = (settings: WorkerSettings) => Worker;

export interface WorkerLink {
  /** What `memory` names is handed over: it is empty here from then on. */
  readonly call: <K extends CallName>(name: K, argument: Argument<K>, memory?: ArrayBuffer[]) => Promise<CallAnswer<K>>;
  /** Why there is no worker now, or why it refuses everything until hubcast is started again. */
  readonly down: () => string | undefined;
  /** Lets the worker close the file. Resolves to false when it did not within `withinMs` and was left to the process's end. */
  readonly stop: (withinMs: number) => Promise<boolean>;
}

export interface LinkOptions {
  readonly log: Logger;
  /** Wall clock in ms since 1970. */
  readonly now: () => number;
  readonly startWorker?: StartWorker | undefined;
}

interface OpenCall {
  readonly resolve: (answer: CallAnswer<CallName>) => void;
  readonly reject: (error: HubcastError) => void;
}

const BACKOFF = { firstMs: 100, longestMs: 10_000 };

export const startWorkerThread: StartWorker = (settings) =>
  new Worker(new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url), {
    name: 'journal',
    workerData: settings,
  });

/** Resolves when the worker has opened the journal. */
export async function linkWorker(
  settings: Omit<WorkerSettings, 'first'>,
  { log, now, startWorker = startWorkerThread }: LinkOptions,
): Promise<WorkerLink> {
  const open = new Map<number, OpenCall>();
  let lastNumber = 0;
  let worker: Worker | undefined;
  let reason: string | undefined;
  const backoff = createBackoff(BACKOFF);
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;
  let first = true;
  let lost: HubcastError | undefined;
  let exited: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    const started = startWorker({ ...settings, first });
    const opened = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    exited = gone.promise;
    let cause: unknown;
    started.on('message', (reply: Reply) => {
      if (reply.number !== 0) settle(reply);
      else if ('failure' in reply) {
        cause = toError(reply);
        opened.reject(cause);
      } else {
        worker = started;
        first = false;
        reason = undefined;
        opened.resolve();
      }
    });
    started.on('error', (error) => {
      cause = error;
    });
    started.on('exit', (status) => {
      const wasOpen = worker === started;
      worker = undefined;
      reason = `The journal's thread ended: ${cause === undefined ? `status ${status}` : messageOf(cause)}`;
      gone.resolve();
      const error = new HubcastError('store_unavailable', reason, { cause });
      opened.reject(error);
      for (const { reject } of open.values()) reject(error);
      open.clear();
      if (wasOpen) startAgain();
    });
    await opened.promise;
  }

  function startAgain(): void {
    if (stopping || lost !== undefined) return;
    const pauseMs = backoff.next();
    log.error({ reason, pauseMs }, 'journal thread ended; starting it again');
    restart = setTimeout(() => start().catch(startAgain), pauseMs);
    restart.unref();
  }

  function settle(reply: Reply): void {
    const call = open.get(reply.number);
    open.delete(reply.number);
    if ('failure' in reply) {
      const error = toError(reply);
      if (reply.failure.lasting && lost === undefined) {
        lost = error;
        log.error({ file: settings.file, error: error.message }, 'the journal takes nothing more until a restart');
      }
      call?.reject(error);
    } else {
      backoff.reset();
      call?.resolve(reply.answer);
    }
  }

  const down = () => lost?.message ?? (worker === undefined ? (reason ?? 'The journal is closed.') : undefined);

  function call<K extends CallName>(
    name: K,
    argument: Argument<K>,
    memory: ArrayBuffer[] = [],
  ): Promise<CallAnswer<K>> {
    const why = down();
    if (worker === undefined || (why !== undefined && name !== 'close'))
      return Promise.reject(new HubcastError('store_unavailable', why ?? 'The journal is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<CallAnswer<K>>();
    lastNumber += 1;
    const message: Call = { number: lastNumber, name, argument };
    worker.postMessage(message, memory);
    open.set(lastNumber, { resolve: (answer) => resolve(answer as CallAnswer<K>), reject });
    return promise;
  }

  await start();
  return {
    call,
    down,
    async stop(withinMs) {
      stopping = true;
      clearTimeout(restart);
      call('close', now()).catch(() => undefined);
      const ended = await within(
        exited.then(() => true),
        withinMs,
        () => false,
      );
      worker?.unref();
      return ended;
    },
  };
}

function toError({ failure }: { readonly failure: Failure }): HubcastError {
  return new HubcastError(failure.code, failure.message);
}
