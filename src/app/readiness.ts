/** Whether this process can take webhooks: what its store says, and its workers where it has some. */
import { messageOf } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { pause } from '../core/time-out.ts';
import type { Readiness, Store } from '../stores/store.ts';

export type AskReadiness = () => Promise<Readiness>;

export interface ReadinessOptions {
  readonly store: Pick<Store, 'readiness'>;
  /** Of the workers; undefined where there are none. This process needs its own store beside: for audits and replays. */
  readonly workers?: () => AskReadiness | undefined;
  /** Why the process is not ready whatever its store says, as while it starts or stops. */
  readonly notReady?: () => string | undefined;
  /** What the operator should know although webhooks are taken. */
  readonly warnings: () => readonly string[];
  /** Takes out secrets: what a broker or an endpoint says may repeat what was sent to it. */
  readonly scrub: (text: string) => string;
}

export function createReadiness(options: ReadinessOptions): AskReadiness {
  const { store, workers, notReady, scrub } = options;

  async function ask(): Promise<Readiness> {
    const reason = notReady?.();
    if (reason !== undefined) return { ready: false, reason };
    const own = await store.readiness();
    if (!own.ready) return own;
    const theirs = await workers?.()?.();
    if (theirs?.ready === false) return theirs;
    const warnings = new Set([...(own.warnings ?? []), ...(theirs?.warnings ?? []), ...options.warnings()]);
    return { ...own, warnings: [...warnings] };
  }

  return async () => {
    const state = await ask().catch((error: unknown): Readiness => ({ ready: false, reason: messageOf(error) }));
    return state.ready
      ? { ...state, warnings: (state.warnings ?? []).map(scrub) }
      : { ready: false, reason: scrub(state.reason) };
  };
}

const CHECK_INTERVAL_MS = 250;

/** Resolves when the process is ready for the first time, or stops. Logs why it is not ready yet. */
export async function untilReady(readiness: AskReadiness, isStopping: () => boolean, log: Logger): Promise<void> {
  let logged = '';
  while (!isStopping()) {
    const state = await readiness();
    if (state.ready) {
      for (const warning of state.warnings ?? []) log.warn(warning);
      return;
    }
    if (state.reason !== logged) log.warn({ reason: state.reason }, 'not ready yet');
    logged = state.reason;
    await pause(CHECK_INTERVAL_MS);
  }
}
