/**
 * Moves records from a journal to Kafka, in the order of the journal within each topic, and notes how far it has come.
 * What Kafka does not take now is tried again until it does; what it refuses for good is set aside, and the rest goes on.
 * A crash repeats what was under way, and never leaves a gap: the position moves after Kafka has confirmed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { WriteInOrder } from '../ordered-writer.ts';
import type { Progress, Source, SpooledRecord } from './source.ts';

export interface ForwarderOptions {
  readonly source: Source;
  readonly write: WriteInOrder;
  /** Remove what is in Kafka from the journal. */
  readonly trim: boolean;
  /** A monotonic clock in ms. */
  readonly now: () => number;
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
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const LOG_INTERVAL_MS = 60_000;

type Chunk = Awaited<ReturnType<Source['take']>>;

export function startForwarder(options: ForwarderOptions): Forwarder {
  const { source, trim, now, log } = options;
  const stopping = new AbortController();
  const counts = { forwarded: 0, parked: 0 };
  /** In Kafka or parked, beyond the position that was noted: by this run or by those before it. */
  let ahead = new Set<number>();
  let problem: string | undefined;
  /** With the journal; the rest is with Kafka. */
  let trouble: string | undefined;
  let loggedMs = Number.NEGATIVE_INFINITY;
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
    for (let failures = 0; left.length > 0; failures += 1) {
      if (failures > 0) await pause(failures);
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
    for (let failures = 1; ; failures += 1) {
      const last = stopping.signal.aborted;
      try {
        const done = await work();
        trouble = undefined;
        return done;
      } catch (error) {
        trouble = `The spool could not ${what}: ${messageOf(error)}`;
        if (failures === 1) log.error({ error: messageOf(error) }, `spool could not ${what}; trying again`);
        if (last) return undefined;
        await pause(failures);
      }
    }
  }

  async function pause(failures: number): Promise<void> {
    const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  function sayParked({ topic, id, offset }: SpooledRecord, reason: string): void {
    counts.parked += 1;
    log.error({ topic, id, offset, reason }, 'Kafka refuses an event for good; it is parked in the journal');
  }

  async function sayProblem(reason: string): Promise<void> {
    problem = reason;
    if (now() - loggedMs < LOG_INTERVAL_MS || stopping.signal.aborted) return;
    loggedMs = now();
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
