/**
 * Moves records from a journal to Kafka, in the order of each key, and saves its position.
 *
 *   starting --position read--> reading --records--> writing --all in Kafka or parked--> saving, and reading on
 *                               ^     |               ^    |
 *                        woken  |     | no records    |    | Kafka rejects some: saved up to the first of them,
 *                               +- waiting            +----+ these again, after a growing pause
 *
 * A permanently refused record is parked. A crash repeats the pending records and never leaves a gap: the position
 * moves after Kafka has confirmed. `stop` ends forwarding after the pending write.
 */
import { createBackoff } from '../../core/backoff.ts';
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { createLogThrottle } from '../../core/log-throttle.ts';
import { pause } from '../../core/time-out.ts';
import type { WriteInOrder } from '../ordered-writer.ts';
import type { ForwardingProgress, Source, SpooledRecord } from './source.ts';

export interface ForwarderOptions {
  readonly source: Source;
  readonly write: WriteInOrder;
  /** Remove forwarded records from the journal. */
  readonly trim: boolean;
  readonly log: Logger;
}

/** Small, so that encoding a chunk delays requests by a few ms at most and a crash repeats few records. */
const CHUNK_BYTES = 1024 * 1024;
const BACKOFF = { firstMs: 100, longestMs: 2_000 };
const LOG_INTERVAL_MS = 60_000;

type Chunk = Awaited<ReturnType<Source['take']>>;
type Parked = ForwardingProgress['parked'][number];

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #stopping = new AbortController();
  readonly #mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  readonly #counts = { forwarded: 0, parked: 0 };
  /** Offsets beyond the saved position that this run or an earlier one forwarded or parked. */
  #ahead = new Set<number>();
  #kafkaProblem: string | undefined;
  #journalProblem: string | undefined;
  #woken = Promise.withResolvers<void>();
  #waiters: (() => void)[] = [];
  #noting: Promise<void> = Promise.resolve();
  readonly #ended: Promise<void>;

  /** Begins at once. */
  constructor(options: ForwarderOptions) {
    this.#options = options;
    const running = this.#run().catch((error: unknown) => {
      this.#kafkaProblem = messageOf(error);
      options.log.fatal({ err: error }, 'forwarding ended');
    });
    this.#ended = running.then(() => {
      for (const resolve of this.#waiters.splice(0)) resolve();
    });
  }

  /** There are new records. */
  readonly wake = (): void => this.#woken.resolve();

  /** The problem that stops forwarding, in words; undefined while it works. */
  problem(): string | undefined {
    return this.#journalProblem ?? this.#kafkaProblem;
  }

  counts(): { readonly forwarded: number; readonly parked: number } {
    return { ...this.#counts };
  }

  /** Resolves when all records stored before the call are forwarded and the position is saved, or forwarding has ended. */
  readonly caughtUp = (): Promise<void> => {
    const waiter = Promise.withResolvers<void>();
    this.#waiters.push(waiter.resolve);
    this.wake();
    return Promise.race([waiter.promise, this.#ended]);
  };

  /** Ends after the pending write and saves the position. Idempotent. */
  stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const start = await this.#untilDone('read the position', this.#options.source.backlog);
    if (start === undefined) return;
    const { position } = start;
    this.#ahead = new Set(start.ahead);
    const isOpen = ({ offset }: SpooledRecord) => !this.#ahead.has(offset);
    let after = position;
    let prefetched: Promise<Chunk | undefined> | undefined;
    while (!this.#stopping.signal.aborted) {
      const waiters = this.#waiters.splice(0);
      this.#woken = Promise.withResolvers();
      const wasPrefetched = prefetched !== undefined;
      const chunk = await (prefetched ?? this.#take(after));
      if (chunk === undefined) break;
      this.#waiters.unshift(...waiters);
      if (chunk.upTo === after) {
        prefetched = undefined;
        await this.#noting;
        // Calls of `drain` made before this read resolve: the journal was empty.
        if (!wasPrefetched) for (const resolve of this.#waiters.splice(0, waiters.length)) resolve();
        if (this.#waiters.length === 0) await this.#woken.promise;
        continue;
      }
      prefetched = chunk.more ? this.#take(chunk.upTo) : undefined;
      await this.#forward(chunk.records.filter(isOpen), chunk.upTo);
      after = chunk.upTo;
    }
    await this.#noting;
  }

  #take(after: number): Promise<Chunk | undefined> {
    return this.#untilDone('read the journal', () => this.#options.source.take(after, CHUNK_BYTES));
  }

  async #forward(records: readonly SpooledRecord[], upTo: number): Promise<void> {
    const backoff = createBackoff(BACKOFF);
    let parked: Parked[] = [];
    let left = records;
    while (left.length > 0) {
      if (this.#stopping.signal.aborted) return;
      const { open, refused, reason } = this.#sortOut(left, await this.#options.write(left));
      parked.push(...refused);
      const [first] = open;
      if (first !== undefined) {
        await this.#noteProblem(reason);
        if (open.length < left.length) {
          await this.#noteUpTo(first.offset - 1, parked);
          parked = [];
        }
        await pause(backoff.next(), this.#stopping.signal);
      }
      left = open;
    }
    if (this.#kafkaProblem !== undefined) this.#options.log.info('Kafka takes the events of the spool again');
    this.#kafkaProblem = undefined;
    await this.#noteUpTo(upTo, parked);
  }

  /** Applies the outcome of each record of a write. */
  #sortOut(records: readonly SpooledRecord[], outcomes: Awaited<ReturnType<WriteInOrder>>) {
    const open: SpooledRecord[] = [];
    const refused: Parked[] = [];
    let reason = 'Kafka did not say what became of a record.';
    for (const [index, record] of records.entries()) {
      const outcome = outcomes[index];
      if (outcome === null) {
        this.#counts.forwarded += 1;
        this.#ahead.add(record.offset);
      } else if (outcome?.code === 'record_refused') {
        this.#counts.parked += 1;
        this.#ahead.add(record.offset);
        refused.push({ offset: record.offset, reason: outcome.message });
        const { topic, id, offset } = record;
        const about = { topic, id, offset, reason: outcome.message };
        this.#options.log.error(about, 'Kafka refuses an event for good; it is parked in the journal');
      } else {
        if (open.length === 0 && outcome !== undefined) reason = outcome.message;
        open.push(record);
      }
    }
    return { open, refused, reason };
  }

  /** Does not wait for the position to be saved: a crash repeats at most two chunks. */
  async #noteUpTo(position: number, parked: readonly Parked[]): Promise<void> {
    for (const offset of this.#ahead) if (offset <= position) this.#ahead.delete(offset);
    const progress: ForwardingProgress = { position, ahead: [...this.#ahead], parked, trim: this.#options.trim };
    await this.#noting;
    const note = this.#untilDone('note the position', () => this.#options.source.advance(progress));
    this.#noting = note.then(() => undefined);
  }

  /** Repeats the request to the journal until it answers, and once more when forwarding ends. */
  async #untilDone<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const backoff = createBackoff(BACKOFF);
    for (let isFirst = true; ; isFirst = false) {
      const isLast = this.#stopping.signal.aborted;
      try {
        const done = await work();
        this.#journalProblem = undefined;
        return done;
      } catch (error) {
        this.#journalProblem = `The spool could not ${what}: ${messageOf(error)}`;
        if (isFirst) this.#options.log.error({ error: messageOf(error) }, `spool could not ${what}; trying again`);
        if (isLast) return undefined;
        await pause(backoff.next(), this.#stopping.signal);
      }
    }
  }

  async #noteProblem(reason: string): Promise<void> {
    this.#kafkaProblem = reason;
    if (this.#stopping.signal.aborted || !this.#mayLog()) return;
    const backlog = await this.#options.source.backlog().catch(() => undefined);
    const oldest = backlog?.oldestMs == null ? undefined : new Date(backlog.oldestMs).toISOString();
    this.#options.log.warn(
      { reason, records: backlog?.records, bytes: backlog?.bytes, oldest },
      'events wait in the spool: Kafka does not take them',
    );
  }
}
