/**
 * The requests in front of a store's writes. A record whose id is being written joins that write, a record whose id was
 * stored recently is not written again, and each request gets an answer by its deadline.
 *
 *   write:    open --the store settles it--> settled
 *   request:  waiting --its last write is settled without an error--> resolved
 *                     --one of its writes fails-----------------------> rejected with that error
 *                     --its deadline passes--------------------------> rejected with the store's current problem
 */
import { HubcastError, isHubcastError, messageOf } from '../core/errors.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { createDedupeCache, type DedupeCache } from './dedupe-cache.ts';
import type { Append, StoreBacklog, StoreMeter } from './store.ts';

/** The records of one request that must be written. */
export interface Write {
  readonly records: readonly OutgoingRecord[];
  /** Sum of the values, keys and headers, in characters: an estimate for grouping. */
  readonly size: number;
  /** Deadline of the request, on the clock of `now`. */
  readonly deadlineMs: number;
  /** Without an error: every record is durable. With one: unknown. The first call counts. */
  readonly settle: (error?: unknown) => void;
}

export interface OpenRequestsOptions {
  /** A request gets an answer within this time. */
  readonly writeTimeoutMs: number;
  /** Number of ids of durable records kept in memory for deduplication; 0 if the store deduplicates itself. */
  readonly dedupeIds: number;
  /** Limit of pending records; a single request may exceed it. */
  readonly maxRecords?: number;
  /** The reason why records are not durable yet, for a request that times out. */
  readonly problemOf?: (records: readonly OutgoingRecord[]) => HubcastError | undefined;
  /** A monotonic clock in ms. */
  readonly now: () => number;
  readonly meter?: StoreMeter | undefined;
}

/** One waiting request. */
interface Wait {
  readonly deadlineMs: number;
  records: readonly OutgoingRecord[];
  writesLeft: number;
  /** Null when the request has its answer. */
  end: ((error?: HubcastError) => void) | null;
}

/**
 * The requests that wait for one write. Separate from the write: a Map that is filled and emptied all the time keeps its old
 * entries alive until a full garbage collection, and those must not be records.
 */
type Waiting = Wait[];

const SWEEP_INTERVAL_MS = 50;
const NO_RECORDS: readonly OutgoingRecord[] = [];
const NONE_JOINED: Waiting[] = [];

export class OpenRequests {
  readonly #options: OpenRequestsOptions;
  readonly #write: (write: Write) => void;
  readonly #onSweep: (nowMs: number) => void;
  readonly #maxRecords: number;
  readonly #recent: DedupeCache;
  readonly #underWay = new Map<string, Waiting>();
  /** In the order of their deadlines, as every request waits equally long. */
  readonly #waits: Wait[] = [];
  readonly #drained = Promise.withResolvers<void>();
  #sweeper: NodeJS.Timeout | undefined;
  #draining = false;
  #recordsUnderWay = 0;
  #oldestMs = 0;

  /**
   * @param write begins a write, and settles it once
   * @param onSweep called every 50 ms while requests wait
   */
  constructor(
    options: OpenRequestsOptions,
    write: (write: Write) => void,
    onSweep: (nowMs: number) => void = () => {},
  ) {
    this.#options = options;
    this.#write = write;
    this.#onSweep = onSweep;
    this.#maxRecords = options.maxRecords ?? Number.POSITIVE_INFINITY;
    this.#recent = createDedupeCache(options.dedupeIds);
  }

  readonly append: Append = (records) => {
    if (this.#draining) return Promise.reject(new HubcastError('shutting_down', 'The store is closing.'));
    const underWay = this.#recordsUnderWay;
    if (underWay > 0 && underWay + records.length > this.#maxRecords) {
      return Promise.reject(tooMany(records.length, underWay, this.#maxRecords));
    }
    const { toWrite, joined } = this.#deduplicate(records);
    if (toWrite.length < records.length) this.#options.meter?.repeated(records.length - toWrite.length);
    const writesLeft = joined.length + (toWrite.length > 0 ? 1 : 0);
    if (writesLeft === 0) return Promise.resolve();
    const { now, writeTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const end = (error?: HubcastError) => (error === undefined ? resolve() : reject(error));
      const wait: Wait = { deadlineMs: now() + writeTimeoutMs, records, writesLeft, end };
      this.#waits.push(wait);
      this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS);
      for (const waiting of joined) waiting.push(wait);
      if (toWrite.length > 0) this.#begin(toWrite, wait);
    });
  };

  /** Rejects new records, and resolves when pending ones have settled. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#recordsUnderWay === 0) this.#drained.resolve();
    return this.#drained.promise;
  }

  /** The oldest request's wait is up to 50 ms behind. */
  backlog(): StoreBacklog {
    return { records: this.#recordsUnderWay, oldestMs: this.#oldestMs };
  }

  #deduplicate(records: readonly OutgoingRecord[]): { readonly toWrite: OutgoingRecord[]; readonly joined: Waiting[] } {
    const toWrite: OutgoingRecord[] = [];
    let joined: Waiting[] = NONE_JOINED;
    const own = records.length > 1 ? new Set<string>() : null;
    for (const record of records) {
      if (!record.repeatable) {
        const id = record.dedupeKey ?? record.id;
        if (this.#recent.has(id) || own?.has(id)) continue;
        own?.add(id);
        const same = this.#underWay.get(id);
        if (same !== undefined) {
          joined = [...joined, same];
          continue;
        }
      }
      toWrite.push(record);
    }
    return { toWrite, joined };
  }

  #begin(records: readonly OutgoingRecord[], wait: Wait): void {
    const waiting: Waiting = [wait];
    let settled = false;
    for (const { id, dedupeKey, repeatable } of records) {
      if (!repeatable) this.#underWay.set(dedupeKey ?? id, waiting);
    }
    this.#recordsUnderWay += records.length;
    this.#options.meter?.underWay(records.length);
    this.#write({
      records,
      size: sizeOf(records),
      deadlineMs: wait.deadlineMs,
      settle: (error) => {
        if (settled) return;
        settled = true;
        this.#settle(records, waiting, error === undefined ? undefined : asStoreError(error));
      },
    });
  }

  #settle(records: readonly OutgoingRecord[], waiting: Waiting, error: HubcastError | undefined): void {
    this.#recordsUnderWay -= records.length;
    this.#options.meter?.underWay(-records.length);
    for (const { repeatable, remembered, dedupeKey, id: eventId } of records) {
      if (repeatable && remembered === undefined) continue;
      const id = dedupeKey ?? eventId;
      if (!repeatable) this.#underWay.delete(id);
      if (error === undefined) this.#recent.add(id);
    }
    for (const wait of waiting) {
      wait.writesLeft -= 1;
      if (wait.writesLeft === 0 || error !== undefined) this.#end(wait, error);
    }
    waiting.length = 0;
    if (this.#draining && this.#recordsUnderWay === 0) this.#drained.resolve();
  }

  /** A request gives up at its deadline. The write continues, and its ids stay pending until it settles. */
  #sweep(): void {
    const { now, writeTimeoutMs } = this.#options;
    const time = now();
    let kept = 0;
    for (const wait of this.#waits) {
      if (wait.end !== null && wait.deadlineMs <= time) this.#end(wait, this.#lateError(wait));
      if (wait.end !== null) this.#waits[kept++] = wait;
    }
    this.#waits.length = kept;
    this.#onSweep(time);
    const [oldest] = this.#waits;
    this.#oldestMs = oldest === undefined ? 0 : time - (oldest.deadlineMs - writeTimeoutMs);
    if (oldest !== undefined) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  /** A request that has its answer keeps it. */
  #end(wait: Wait, error: HubcastError | undefined): void {
    const { end } = wait;
    if (end === null) return;
    wait.end = null;
    wait.records = NO_RECORDS;
    if (error !== undefined) this.#options.meter?.failed(error.code);
    end(error);
  }

  #lateError({ records }: Wait): HubcastError {
    return this.#options.problemOf?.(records) ?? timedOut(this.#options.writeTimeoutMs);
  }
}

export function timedOut(writeTimeoutMs: number): HubcastError {
  return new HubcastError('write_timed_out', `The store did not confirm the write within ${writeTimeoutMs} ms.`);
}

function tooMany(more: number, underWay: number, maxRecords: number): HubcastError {
  return new HubcastError(
    'overloaded',
    `${more} events more than the ${underWay} under way would exceed MAX_IN_FLIGHT_EVENTS (${maxRecords}).`,
  );
}

function asStoreError(error: unknown): HubcastError {
  if (isHubcastError(error)) return error;
  return new HubcastError('store_unavailable', `The store failed: ${messageOf(error)}`, { cause: error });
}

function sizeOf(records: readonly OutgoingRecord[]): number {
  let size = 0;
  for (const record of records) size += record.value.length + 600;
  return size;
}
