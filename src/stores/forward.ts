/** Moves the records of a journal to another store once: `hubcast forward`. */
import type { Logger } from '../core/log.ts';
import type { OrderedWriter } from './ordered-writer.ts';
import { endForwarding } from './spool/end-forwarding.ts';
import { Forwarder } from './spool/forwarder.ts';
import type { Source } from './spool/source.ts';

export interface ForwardOptions {
  readonly source: Source;
  readonly writer: OrderedWriter;
  /** Number of records to forward, counted before. */
  readonly total: number;
  /** Forwarding stops if the store accepts no record for this long. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ForwardProgress) => void;
  readonly log: Logger;
}

export interface ForwardProgress {
  readonly forwarded: number;
  readonly parked: number;
  readonly total: number;
}

export interface ForwardSummary extends ForwardProgress {
  readonly left: number;
  /** The reason why forwarding ended early; null if everything is forwarded. */
  readonly problem: string | null;
}

const PROGRESS_INTERVAL_MS = 1_000;
const LAST_WRITE_MS = 10_000;

/**
 * Keeps all records in the journal: its position marks the forwarded ones, so a run can be stopped and repeated.
 * Closes the writer.
 */
export async function forwardJournal(options: ForwardOptions): Promise<ForwardSummary> {
  const { source, writer, total, signal, log } = options;
  const forwarder = new Forwarder({ source, write: writer.write, trim: false, log });
  const late = await untilForwarded(forwarder, options);
  const problem = forwarder.problem() ?? (late === null ? undefined : await notReadyReason(writer));
  await endForwarding(forwarder, writer, LAST_WRITE_MS);
  const counts = forwarder.counts();
  const left = Math.max(0, total - counts.forwarded - counts.parked);
  if (left === 0) return { ...counts, total, left, problem: null };
  const reason = problem ?? (signal.aborted ? 'It was stopped.' : 'Kafka did not say why.');
  return { ...counts, total, left, problem: late === null ? reason : `${late} ${reason}` };
}

/** Reports progress until all records are forwarded, the signal aborts, or the store accepts no record for too long. @returns the last problem, in words */
async function untilForwarded(
  forwarder: Forwarder,
  { total, patienceMs, signal, onProgress }: ForwardOptions,
): Promise<string | null> {
  const ended = Promise.withResolvers<string | null>();
  let lastCount = -1;
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const counts = forwarder.counts();
    const count = counts.forwarded + counts.parked;
    if (count !== lastCount) {
      lastCount = count;
      lastMs = performance.now();
      onProgress({ ...counts, total });
    } else if (performance.now() - lastMs > patienceMs) {
      ended.resolve(`Kafka took nothing for ${Math.round(patienceMs / 1000)} s.`);
    }
  }, PROGRESS_INTERVAL_MS);
  const stop = () => ended.resolve(null);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([forwarder.caughtUp().then(() => null), ended.promise]);
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** A write that is still waiting has not given a reason yet. */
async function notReadyReason(writer: OrderedWriter): Promise<string | undefined> {
  const state = await writer.readiness();
  return state.ready ? undefined : state.reason;
}
