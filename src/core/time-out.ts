/** Waiting with an end: for work that may take too long, and for time to pass. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Settles as `work` does, or as `late` does when `work` takes longer than `timeoutMs`. `late` may throw. The work itself
 * continues, and its outcome is ignored then.
 */
export function within<Value, Late>(
  work: Promise<Value>,
  timeoutMs: number,
  late: () => Late | Promise<Late>,
): Promise<Value | Late> {
  const timeUp = Promise.withResolvers<void>();
  const timer = setTimeout(timeUp.resolve, Math.max(1, timeoutMs));
  return Promise.race([work, timeUp.promise.then(late)]).finally(() => clearTimeout(timer));
}

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
}
