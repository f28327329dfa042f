/** A test webhook sent to the public URL, and timed until it is read back from the store. */
import { messageOf } from '../core/errors.ts';
import { pause } from '../core/time-out.ts';
import { checkPayload } from './test-post.ts';

export interface CanaryEffects {
  readonly post: (payload: object) => Promise<{ readonly status: number; readonly body: string }>;
  /** Values of records stored since a time (ms), and of those to come; ends quietly when the signal aborts. */
  readonly read: (sinceMs: number, signal: AbortSignal) => AsyncIterable<{ readonly value: string }>;
  readonly randomText: () => string;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** For durations, ms. */
  readonly monotonicMs: () => number;
}

export interface CanaryRun {
  /** ISO 8601. */
  readonly at: string;
  readonly ok: boolean;
  /** From sending to the 200; null where none came. */
  readonly accepted_ms: number | null;
  /** From sending to the stored event; null where it was not found. */
  readonly read_back_ms: number | null;
  /** What went wrong, null when nothing did. */
  readonly problem: string | null;
}

/** The clocks of sender and service differ. */
const CLOCK_MARGIN_MS = 60_000;
const READ_PAUSE_MS = 200;

export async function runCanary(effects: CanaryEffects, timeoutMs: number): Promise<CanaryRun> {
  const { post, now, monotonicMs } = effects;
  const sentAtMs = now();
  const startedMs = monotonicMs();
  const mark = effects.randomText();
  const run = { at: new Date(sentAtMs).toISOString(), ok: false, accepted_ms: null, read_back_ms: null };
  const sinceStart = () => Math.round((monotonicMs() - startedMs) * 10) / 10;
  let acceptedMs: number;
  try {
    const { status } = await post(checkPayload('hubcast canary', mark, sentAtMs));
    acceptedMs = sinceStart();
    if (status !== 200) return { ...run, problem: `The answer is ${status}, not 200. "hubcast doctor" says why.` };
  } catch (error) {
    return { ...run, problem: messageOf(error) };
  }
  const accepted = { ...run, accepted_ms: acceptedMs };
  try {
    const left = Math.ceil(Math.max(1, timeoutMs - (monotonicMs() - startedMs)));
    const found = await findMark(mark, sentAtMs - CLOCK_MARGIN_MS, effects, left);
    if (found) return { ...accepted, ok: true, read_back_ms: sinceStart(), problem: null };
    const problem = `Answered with 200, and not found in the store within ${timeoutMs} ms. Does this store belong to that URL, and is unknown among PUBLISH_FAMILIES?`;
    return { ...accepted, problem };
  } catch (error) {
    return { ...accepted, problem: messageOf(error) };
  }
}

async function findMark(mark: string, sinceMs: number, { read }: CanaryEffects, timeoutMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs);
  while (!signal.aborted) {
    for await (const { value } of read(sinceMs, signal)) if (value.includes(mark)) return true;
    await pause(READ_PAUSE_MS, signal);
  }
  return false;
}
