/** Holds the one session in use and opens the next as soon as it is lost, also while nobody writes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../core/log.ts';
import { within } from './deadline.ts';
import { describeKafkaError, storeUnavailable } from './errors.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';
import { createSockets } from './sockets.ts';

export interface KafkaSessionSource {
  /** The session in use, waited for until a time on the clock of `now`. Rejects with `store_unavailable`. */
  readonly session: (untilMs: number) => Promise<Session>;
  /** Not to be used again, and why. */
  readonly giveUp: (session: Session, error: unknown) => void;
  /** Set while no session can be opened: the reason, in words. */
  readonly failing: () => string | undefined;
  readonly close: () => void;
}

const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 500;
const LOG_INTERVAL_MS = 10_000;

/** Small and growing: a broker that is back is found within half a second. */
export function retryDelayMs(failures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}

export function keepSession(options: SessionOptions, openTimeoutMs: number, log: Logger): KafkaSessionSource {
  const { connection, now } = options;
  const where = `Kafka at ${connection.brokers.join(', ')}`;
  const closing = new AbortController();
  let current: Session | undefined;
  let opening = false;
  let failure: string | undefined;
  let loggedMs = Number.NEGATIVE_INFINITY;
  let waiters: PromiseWithResolvers<Session>[] = [];

  async function open(): Promise<void> {
    if (opening) return;
    opening = true;
    for (let failures = 0; current === undefined && !closing.signal.aborted; ) {
      const sockets = createSockets();
      try {
        const session = openSession(options, sockets);
        current = await within(session, openTimeoutMs, () => new Error(`no answer within ${openTimeoutMs} ms`));
        if (closing.signal.aborted) current.discard();
        if (failure !== undefined) log.info({ brokers: connection.brokers }, 'Kafka is reachable');
        failure = undefined;
        for (const { resolve } of waiters) resolve(current);
        waiters = [];
      } catch (error) {
        sockets.destroy();
        failure = `${where} cannot be used: ${describeKafkaError(error)}`;
        warn(failure);
        failures += 1;
        await delay(retryDelayMs(failures), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
    opening = false;
  }

  function warn(message: string): void {
    if (now() - loggedMs < LOG_INTERVAL_MS) return;
    loggedMs = now();
    log.warn({ brokers: connection.brokers }, message);
  }

  void open();

  return {
    session(untilMs) {
      if (current !== undefined) return Promise.resolve(current);
      if (closing.signal.aborted) return Promise.reject(storeUnavailable(`${where} is being left.`));
      const waiter = Promise.withResolvers<Session>();
      waiters.push(waiter);
      return within(waiter.promise, untilMs - now(), () => {
        waiters = waiters.filter((one) => one !== waiter);
        return storeUnavailable(failure ?? `${where} was not reached in time.`);
      });
    },
    giveUp(session, error) {
      session.discard();
      if (session !== current) return;
      current = undefined;
      warn(`A session with ${where} is given up: ${describeKafkaError(error)}`);
      void open();
    },
    failing: () => failure,
    close() {
      closing.abort();
      current?.discard();
      current = undefined;
      for (const { reject } of waiters) reject(storeUnavailable(`${where} is being left.`));
      waiters = [];
    },
  };
}
