/**
 * The one order in which the service ends: unready at once, a delay in which balancers notice, no new connections,
 * requests under way finish, and then everything else is closed in the reverse order of its opening. A failed start
 * closes the same list.
 */
import type { Logger } from '../core/log.ts';
import { pause } from '../core/time-out.ts';
import type { Listener } from '../http/server/listener.ts';

export interface ShutdownOptions {
  /** SHUTDOWN_DELAY_MS */
  readonly delayMs: number;
  /** SHUTDOWN_TIMEOUT_MS: requests that are still under way then are cut. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

export interface Shutdown {
  /** What is opened is registered here at once. */
  readonly parts: AsyncDisposableStack;
  /** A listener stops before everything that was opened earlier. */
  readonly addListener: (listener: Pick<Listener, 'stop' | 'destroy'>) => void;
  readonly isStopping: () => boolean;
  /** Idempotent. */
  readonly stop: () => Promise<void>;
  /** After a start that failed: cuts connections and closes what was opened. */
  readonly abandon: () => Promise<void>;
}

export function createShutdown({ delayMs, timeoutMs, log }: ShutdownOptions): Shutdown {
  const parts = new AsyncDisposableStack();
  const listeners: Pick<Listener, 'destroy'>[] = [];
  let cutting: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;

  function cut(): void {
    for (const listener of listeners) listener.destroy();
  }

  async function stop(): Promise<void> {
    log.info('stopping: no longer ready');
    await pause(delayMs);
    cutting = setTimeout(() => {
      log.warn(`requests under way were cut after SHUTDOWN_TIMEOUT_MS (${timeoutMs})`);
      cut();
    }, timeoutMs);
    await parts.disposeAsync();
    log.info('stopped');
  }

  return {
    parts,
    addListener(listener) {
      // Once every listener has stopped, no request is left to cut.
      if (listeners.length === 0) parts.defer(() => clearTimeout(cutting));
      listeners.push(listener);
      parts.defer(listener.stop);
    },
    isStopping: () => stopping !== undefined,
    stop() {
      stopping ??= stop();
      return stopping;
    },
    abandon() {
      cut();
      return parts.disposeAsync();
    },
  };
}
