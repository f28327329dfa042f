/** Keeps the state of the phone numbers for as long as a lease lasts. */
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { pause } from '../../core/time-out.ts';
import type { Lease } from '../../stores/lease.ts';
import type { Store } from '../../stores/store.ts';
import { keepState, type LeaderOptions } from './leader.ts';

const RETRY_MS = 1_000;

/** Resolves soon after the lease ends. Failures before that are retried. */
export async function keepStateDuring(
  lease: Lease,
  options: LeaderOptions,
  readiness: Store['readiness'],
  log: Logger,
): Promise<void> {
  while (!lease.signal.aborted) {
    const { ready } = await readiness();
    // Topics that are being created look empty.
    if (ready) {
      await keepState(options, lease).catch((error: unknown) => {
        log.error({ error: messageOf(error) }, 'the state of the phone numbers is not kept; tried again');
      });
    }
    await pause(RETRY_MS, lease.signal);
  }
}

/** The lease of a process that owns the store. */
export function soleLease(signal: AbortSignal): Lease {
  return {
    generation: 0,
    signal,
    isValid: () => !signal.aborted,
    positions: async () => new Map(),
    commit: async () => undefined,
  };
}
