/** Holds the one session in use and opens the next as soon as it is lost, also while nobody writes. */
import { createBackoff } from '../../core/backoff.ts';
import type { Logger } from '../../core/log.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';
import { pause, within } from '../../core/time-out.ts';
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

/** Short: a broker that is back is found within half a second. */
export const KAFKA_BACKOFF = { firstMs: 50, longestMs: 500 };
const LOG_INTERVAL_MS = 10_000;

export function keepSession(options: SessionOptions, openTimeoutMs: number, log: Logger): KafkaSessionSource {
  const { connection, now } = options;
  const where = `Kafka at ${connection.brokers.join(', ')}`;
  const closing = new AbortController();
  let current: Session | undefined;
  let opening = false;
  let failure: string | undefined;
  const mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  let waiters: PromiseWithResolvers<Session>[] = [];

  async function open(): Promise<void> {
    if (opening) return;
    opening = true;
    const backoff = createBackoff(KAFKA_BACKOFF);
    while (current === undefined && !closing.signal.aborted) {
      const sockets = createSockets();
      try {
        const session = openSession(options, sockets);
        current = await within(session, openTimeoutMs, () => {
          throw new Error(`no answer within ${openTimeoutMs} ms`);
        });
        if (closing.signal.aborted) current.discard();
        if (failure !== undefined) log.info({ brokers: connection.brokers }, 'Kafka is reachable');
        failure = undefined;
        for (const { resolve } of waiters) resolve(current);
        waiters = [];
      } catch (error) {
        sockets.destroy();
        failure = `${where} cannot be used: ${describeKafkaError(error)}`;
        warn(failure);
        await pause(backoff.next(), closing.signal);
      }
    }
    opening = false;
  }

  function warn(message: string): void {
    if (mayLog()) log.warn({ brokers: connection.brokers }, message);
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
        throw storeUnavailable(failure ?? `${where} was not reached in time.`);
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
