/**
 * Moves records from a journal to Kafka, in the order of the journal within each topic, and notes how far it has come.
 * What Kafka does not take now is tried again until it does; what it refuses for good is set aside, and the rest goes on.
 * A crash repeats what was under way, and never leaves a gap: the position moves after Kafka has confirmed.
 */
import { createBackoff } from '../../core/backoff.ts';
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';
import { pause } from '../../core/time-out.ts';
import type { WriteInOrder } from '../ordered-writer.ts';
import type { Progress, Source, SpooledRecord } from './source.ts';

export interface ForwarderOptions {
  readonly source: Source;
  readonly write: WriteInOrder;
  /** Remove what is in Kafka from the journal. */
  readonly trim: boolean;
  readonly log: Logger;
}

export interface Forwarder {
  /** There are new records. */
  readonly wake: () => void;
  /** What keeps records from going on, in words; undefined while nothing does. */
  readonly problem: () => string | undefined;
  readonly counts: () => { readonly forwarded: number; readonly parked: number };
  /** Resolves when all that was stored before the call is forwarded and noted, or forwarding has ended. */
  readonly caughtUp: () => Promise<void>;
  /** Ends after the write under way; what is in Kafka by then is noted. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** Little enough that encoding it delays no request by more than some ms, and that a crash repeats little. */
const CHUNK_BYTES = 1024 * 1024;
const BACKOFF = { firstMs: 100, longestMs: 2_000 };
const LOG_INTERVAL_MS = 60_000;

type Chunk = Awaited<ReturnType<Source['take']>>;

export function startForwarder(options: ForwarderOptions): Forwarder {
  const { source, trim, log } = options;
  const stopping = new AbortController();
  const counts = { forwarded: 0, parked: 0 };
  /** In Kafka or parked, beyond the position that was noted: by this run or by those before it. */
  let ahead = new Set<number>();
  let problem: string | undefined;
  /** With the journal; the rest is with Kafka. */
  let trouble: string | undefined;
  const mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  let woken = Promise.withResolvers<void>();
  let waiters: (() => void)[] = [];
  let noting: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    const start = await untilDone('read the position', source.backlog);
    if (start === undefined) return;
    const { position } = start;
    ahead = new Set(start.ahead);
    const isOpen = ({ offset }: SpooledRecord) => offset > position && !ahead.has(offset);
    let after = position;
    let prefetched: Promise<Chunk | undefined> | undefined;
    while (!stopping.signal.aborted) {
      const asking = waiters;
      waiters = [];
      woken = Promise.withResolvers();
      const early = prefetched !== undefined;
      const chunk = await (prefetched ?? take(after));
      if (chunk === undefined) break;
      waiters.unshift(...asking);
      if (chunk.upTo === after) {
        prefetched = undefined;
        await noting;
        // Who asked before this look at the journal knows that it was empty.
        if (!early) for (const resolve of waiters.splice(0, asking.length)) resolve();
        if (waiters.length === 0) await woken.promise;
        continue;
      }
      prefetched = chunk.more ? take(chunk.upTo) : undefined;
      await forward(chunk.records.filter(isOpen), chunk.upTo);
      after = chunk.upTo;
    }
    await noting;
  }

  const take = (after: number) => untilDone('read the journal', () => source.take(after, CHUNK_BYTES));

  async function forward(records: readonly SpooledRecord[], upTo: number): Promise<void> {
    let parked: Progress['parked'][number][] = [];
    let left = records;
    const backoff = createBackoff(BACKOFF);
    while (left.length > 0) {
      if (stopping.signal.aborted) return;
      const outcomes = await options.write(left);
      const open: SpooledRecord[] = [];
      let reason: string | undefined;
      for (const [index, record] of left.entries()) {
        const outcome = outcomes[index];
        if (outcome === null) {
          counts.forwarded += 1;
          ahead.add(record.offset);
        } else if (outcome?.code === 'record_refused') {
          parked.push({ offset: record.offset, reason: outcome.message });
          ahead.add(record.offset);
          sayParked(record, outcome.message);
        } else {
          reason ??= outcome?.message ?? 'Kafka did not say what became of a record.';
          open.push(record);
        }
      }
      const [first] = open;
      if (first !== undefined) {
        await sayProblem(reason ?? '');
        if (open.length < left.length) {
          await noteUpTo(first.offset - 1, parked);
          parked = [];
        }
      }
      left = open;
      if (left.length > 0) await pause(backoff.next(), stopping.signal);
    }
    if (problem !== undefined) log.info('Kafka takes the events of the spool again');
    problem = undefined;
    await noteUpTo(upTo, parked);
  }

  /** Goes on while the note is written: two chunks at most are repeated after a crash. */
  async function noteUpTo(position: number, parked: Progress['parked']): Promise<void> {
    for (const offset of ahead) if (offset <= position) ahead.delete(offset);
    const progress: Progress = { position, ahead: [...ahead], parked, trim };
    await noting;
    noting = untilDone('note the position', () => source.advance(progress)).then(() => undefined);
  }

  /** The journal is asked again until it answers; when forwarding ends it gets one more chance. */
  async function untilDone<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const backoff = createBackoff(BACKOFF);
    for (let first = true; ; first = false) {
      const last = stopping.signal.aborted;
      try {
        const done = await work();
        trouble = undefined;
        return done;
      } catch (error) {
        trouble = `The spool could not ${what}: ${messageOf(error)}`;
        if (first) log.error({ error: messageOf(error) }, `spool could not ${what}; trying again`);
        if (last) return undefined;
        await pause(backoff.next(), stopping.signal);
      }
    }
  }

  function sayParked({ topic, id, offset }: SpooledRecord, reason: string): void {
    counts.parked += 1;
    log.error({ topic, id, offset, reason }, 'Kafka refuses an event for good; it is parked in the journal');
  }

  async function sayProblem(reason: string): Promise<void> {
    problem = reason;
    if (stopping.signal.aborted || !mayLog()) return;
    const backlog = await source.backlog().catch(() => undefined);
    const oldest = backlog?.oldestMs == null ? undefined : new Date(backlog.oldestMs).toISOString();
    log.warn(
      { reason, records: backlog?.records, bytes: backlog?.bytes, oldest },
      'events wait in the spool: Kafka does not take them',
    );
  }

  const running = run().catch((error: unknown) => {
    problem = messageOf(error);
    log.fatal({ err: error }, 'forwarding ended');
  });
  const ended = running.then(() => {
    for (const resolve of waiters) resolve();
    waiters = [];
  });

  return {
    wake: () => woken.resolve(),
    problem: () => trouble ?? problem,
    counts: () => ({ ...counts }),
    caughtUp() {
      const waiter = Promise.withResolvers<void>();
      waiters.push(waiter.resolve);
      woken.resolve();
      return Promise.race([waiter.promise, ended]);
    },
    stop() {
      stopping.abort();
      woken.resolve();
      return ended;
    },
  };
}
