/** What a journal holds, moved to Kafka once: `hubcast forward`. */
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { countWaiting, type Waiting } from './journal/check.ts';
import { journalFile } from './journal/files.ts';
import { openJournal } from './journal/open-journal.ts';
import type { OrderedWriter } from './ordered-writer.ts';
import { openOrderedWriter, toJournalOptions } from './select.ts';
import { endForwarding } from './spool/end-forwarding.ts';
import { startForwarder } from './spool/forwarder.ts';

export interface ForwardOptions {
  /** Also what was parked, behind everything else. */
  readonly parked: boolean;
  /** Given up when Kafka takes nothing for this long. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ForwardProgress) => void;
}

export interface ForwardProgress {
  readonly forwarded: number;
  readonly parked: number;
  /** What there was to do when it began. */
  readonly total: number;
}

export interface ForwardSummary extends ForwardProgress {
  readonly left: number;
  /** Why it ended before everything was in Kafka; null when it is. */
  readonly problem: string | null;
}

const PROGRESS_INTERVAL_MS = 1_000;
const LAST_WRITE_MS = 10_000;

/** What `forwardJournal` would do. Needs neither Kafka nor the journal to itself. */
export function forwardDryRun(settings: StoreSettings): Waiting {
  return countWaiting(journalFile(settings.DATA_DIR));
}

/**
 * Nothing is removed from the journal; its position says what is in Kafka, so that it can be stopped and run again.
 * @throws HubcastError where there is no journal or no KAFKA_BROKERS, or a service is using the folder
 */
export async function forwardJournal(
  settings: StoreSettings,
  log: Logger,
  options: ForwardOptions,
): Promise<ForwardSummary> {
  const { KAFKA_BROKERS: brokers } = settings;
  if (brokers === undefined) throw new HubcastError('usage', 'KAFKA_BROKERS is not set: it says where the events go.');
  const waiting = forwardDryRun(settings);
  const total = waiting.records + (options.parked ? waiting.parked : 0);
  const journal = await openJournal({
    ...toJournalOptions(settings, log),
    retentionHours: null,
    maxBytes: Number.MAX_SAFE_INTEGER,
  });
  try {
    if (options.parked) await journal.forwarding.unpark();
    const kafka = await openOrderedWriter(() => settings, brokers, log);
    const source = journal.forwarding;
    const forwarder = startForwarder({ source, write: kafka.write, trim: false, log });
    const ended = new AbortController();
    let late: string | undefined;
    let lastCount = -1;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const counts = forwarder.counts();
      if (counts.forwarded + counts.parked !== lastCount) {
        lastCount = counts.forwarded + counts.parked;
        lastMs = performance.now();
        options.onProgress({ ...counts, total });
      } else if (performance.now() - lastMs > options.patienceMs) {
        late = `Kafka took nothing for ${Math.round(options.patienceMs / 1000)} s.`;
        ended.abort();
      }
    }, PROGRESS_INTERVAL_MS);
    const signal = AbortSignal.any([options.signal, ended.signal]);
    const given = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => given.resolve());
    if (signal.aborted) given.resolve();
    await Promise.race([forwarder.caughtUp(), given.promise]);
    clearInterval(timer);
    const problem = forwarder.problem() ?? (late === undefined ? undefined : await whyNotReady(kafka));
    await endForwarding(forwarder, kafka, LAST_WRITE_MS);
    const counts = forwarder.counts();
    const left = Math.max(0, total - counts.forwarded - counts.parked);
    const reason = problem ?? (options.signal.aborted ? 'It was stopped.' : 'Kafka did not say why.');
    return { ...counts, total, left, problem: left === 0 ? null : [late, reason].filter(Boolean).join(' ') };
  } finally {
    await journal.close();
  }
}

/** A write that is still waiting has not said anything yet. */
async function whyNotReady(kafka: OrderedWriter): Promise<string | undefined> {
  const state = await kafka.readiness();
  return state.ready ? undefined : state.reason;
}
