/** Work under the lease of the numbers' leader: one write at a time, repeated until it succeeds or the lease ends. */
import { messageOf } from '../../core/errors.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';
import { pause } from '../../core/time-out.ts';
import type { Lease } from '../../stores/lease.ts';

export interface LeaseWork {
  /** Aborts when the lease ends, or after `end`. */
  readonly signal: AbortSignal;
  readonly end: () => void;
  /** Runs one work at a time, so that no write happens between its read and its write of the state. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /**
   * Repeats `work` until it succeeds. While the replicas choose again nobody may write, so it waits for the choice.
   *
   * @throws LeaseLost once `signal` has aborted, and never before
   */
  readonly insist: <T>(what: string, work: () => Promise<T>) => Promise<T>;
  /** Repeats `work` until the lease ends: a failed reader starts again, and may deliver records twice. */
  readonly forever: (what: string, work: () => Promise<void>) => Promise<void>;
}

export class LeaseLost extends Error {
  constructor() {
    super('another replica keeps the state now');
    this.name = 'LeaseLost';
  }
}

const RETRY_MS = 500;
/** A choice among running replicas takes some milliseconds. */
const CHOICE_POLL_MS = 50;
const LOG_INTERVAL_MS = 30_000;

export function createLeaseWork(
  lease: Lease,
  log: { readonly warn: (about: object, text: string) => void },
): LeaseWork {
  const ended = new AbortController();
  const signal = AbortSignal.any([lease.signal, ended.signal]);
  const mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  let last: Promise<unknown> = Promise.resolve();

  async function insist<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      if (signal.aborted) throw new LeaseLost();
      if (!lease.isValid()) {
        await pause(CHOICE_POLL_MS, signal);
        continue;
      }
      try {
        return await work();
      } catch (error) {
        if (error instanceof LeaseLost) throw error;
        if (mayLog()) {
          log.warn({ error: messageOf(error) }, `the state of the phone numbers: ${what} failed, and is tried again`);
        }
        await pause(RETRY_MS, signal);
      }
    }
  }

  return {
    signal,
    end: () => ended.abort(),
    inTurn(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
    insist,
    async forever(what, work) {
      while (!signal.aborted) await insist(what, work);
    },
  };
}
