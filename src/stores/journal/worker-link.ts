/**
 * The main thread's end of the journal's worker: numbered calls and answers. A worker that dies fails its open calls and
 * is started again, each time after a longer pause until one call succeeds.
 */
import { Worker } from 'node:worker_threads';
import { createBackoff } from '../../core/backoff.ts';
import { HubcastError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { within } from '../../core/time-out.ts';
import type { Answers, Call, Failure, Reply, RequestKind, Requests, WorkerSettings } from './messages.ts';

export type StartWorker = (settings: WorkerSettings) => Worker;

export interface WorkerLink {
  /** What `memory` names is handed over: it is empty here from then on. */
  readonly call: <K extends RequestKind>(request: Requests[K], memory?: ArrayBuffer[]) => Promise<Answers[K]>;
  /** Why there is no worker now. */
  readonly down: () => string | undefined;
  /** Lets the worker close the file. Resolves to false when it did not within `withinMs` and was left to the process's end. */
  readonly stop: (withinMs: number) => Promise<boolean>;
}

interface OpenCall {
  readonly resolve: (answer: Answers[RequestKind]) => void;
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
  settings: WorkerSettings,
  log: Logger,
  startWorker: StartWorker = startWorkerThread,
): Promise<WorkerLink> {
  const open = new Map<number, OpenCall>();
  let lastNumber = 0;
  let worker: Worker | undefined;
  let reason: string | undefined;
  const backoff = createBackoff(BACKOFF);
  let restart: NodeJS.Timeout | undefined;
  let stopping = false;
  let exited: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    const started = startWorker(settings);
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
        if (reply.migrated !== undefined) log.info({ file: settings.file, ...reply.migrated }, 'journal migrated');
        worker = started;
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
    if (stopping) return;
    const pauseMs = backoff.next();
    log.error({ reason, pauseMs }, 'journal thread ended; starting it again');
    restart = setTimeout(() => start().catch(startAgain), pauseMs);
    restart.unref();
  }

  function settle(reply: Reply): void {
    const call = open.get(reply.number);
    open.delete(reply.number);
    if ('failure' in reply) {
      call?.reject(toError(reply));
    } else {
      backoff.reset();
      call?.resolve(reply.answer);
    }
  }

  function call<K extends RequestKind>(request: Requests[K], memory: ArrayBuffer[] = []): Promise<Answers[K]> {
    if (worker === undefined)
      return Promise.reject(new HubcastError('store_unavailable', reason ?? 'The journal is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<Answers[K]>();
    lastNumber += 1;
    const message: Call = { number: lastNumber, request };
    worker.postMessage(message, memory);
    open.set(lastNumber, { resolve: (answer) => resolve(answer as Answers[K]), reject });
    return promise;
  }

  await start();
  return {
    call,
    down: () => (worker === undefined ? (reason ?? 'The journal is closed.') : undefined),
    async stop(withinMs) {
      stopping = true;
      clearTimeout(restart);
      call<'close'>({ kind: 'close' }).catch(() => undefined);
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
