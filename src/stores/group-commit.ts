/**
 * What both stores do around their writes: requests that wait while a write is in flight go together in the next one,
 * an id whose write is under way is joined instead of written twice, an id stored lately is not written again, and
 * no request waits past its deadline. The store itself only has to write one group at a time.
 */
import { HubcastError, isHubcastError, messageOf } from '../core/errors.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { createDedupeCache } from './dedupe-cache.ts';
import type { Append, Backlog, StoreMeter } from './store.ts';

/** The records of one request that have to be written. Settled exactly once, by the group's writer. */
export interface Write {
  readonly records: readonly OutgoingRecord[];
  /** Sum of the values, keys and headers, in characters: an estimate for grouping. */
  readonly size: number;
  /** When the request stops waiting, on the clock of `now`. */
  readonly deadlineMs: number;
  /** Without an error: every record is durable. With one: unknown. */
  readonly settle: (error?: unknown) => void;
}

/** Writes a group and settles each of its writes. A rejection settles those that are still open. */
export type WriteGroup = (group: readonly Write[]) => Promise<void>;

export interface SharedWritesOptions {
  readonly writeGroup: WriteGroup;
  /** A request waits no longer than this for its records. */
  readonly writeTimeoutMs: number;
  /** A group is closed before it exceeds this, unless a single write does. */
  readonly maxGroupSize: number;
  /** How many ids of durable records are remembered in memory; 0 where the store itself remembers. */
  readonly dedupeIds: number;
  /** Records under way at most; a request alone may have more. */
  readonly maxRecords?: number;
  /** Requests that are let in at once at most, by whoever calls `append`. */
  readonly maxRequests?: number;
  /**
   * Turns of the loop between two writes, in which what lies in the sockets makes the next group larger; none if not given. The first
   * ends the turn that brought the store's answer, so that only a second one reads anew.
   */
  readonly turnsBetween?: number;
  /** A monotonic clock in ms. */
  readonly now: () => number;
  readonly meter?: StoreMeter | undefined;
}

export interface SharedWrites {
  readonly append: Append;
  /** Rejects new records, and resolves when those under way are settled. */
  readonly drain: () => Promise<void>;
  /** The oldest request's wait is up to 50 ms behind. */
  readonly backlog: () => Backlog;
  /** For readiness and metrics. */
  readonly waiting: () => number;
}

interface Waiter extends Write {
  settled: boolean;
}

/** One request's wait; `end` is null when it is over. */
interface Wait {
  readonly deadlineMs: number;
  /** Writes it waits for. */
  left: number;
  end: ((error?: HubcastError) => void) | null;
}

/**
 * Those who wait for a write. Apart from the write, as a Map that is filled and emptied all the time keeps what it held until a full
 * collection: that must not be records.
 */
type Waiting = Wait[];

const SWEEP_INTERVAL_MS = 50;
/** More requests make a write hardly cheaper for each. */
const ENOUGH_REQUESTS = 64;

export function createSharedWrites(options: SharedWritesOptions): SharedWrites {
  const { writeGroup, writeTimeoutMs, maxGroupSize, now, meter, maxRecords = Number.POSITIVE_INFINITY } = options;
  const { turnsBetween = 0, maxRequests = Number.POSITIVE_INFINITY } = options;
  /** Well below what is let in: what would be more never comes. */
  const enoughRequests = Math.min(ENOUGH_REQUESTS, maxRequests / 2);
  const enoughRecords = maxRecords / 2;
  const recent = createDedupeCache(options.dedupeIds);
  const underWay = new Map<string, Waiting>();
  const queue: Waiter[] = [];
  /** In the order of their deadlines, as every request waits equally long. */
  const open: Wait[] = [];
  let writing: Promise<void> | undefined;
  let enough: (() => void) | undefined;
  let sweeper: NodeJS.Timeout | undefined;
  let draining = false;
  let recordsUnderWay = 0;
  let queuedSize = 0;
  let oldestMs = 0;

  const append: Append = (records) => {
    if (draining) return Promise.reject(new HubcastError('shutting_down', 'The store is closing.'));
    if (recordsUnderWay > 0 && recordsUnderWay + records.length > maxRecords) {
      return Promise.reject(tooMany(records.length, recordsUnderWay, maxRecords));
    }
    const deadlineMs = now() + writeTimeoutMs;
    let joined: Waiting[] | undefined;
    const toWrite: OutgoingRecord[] = [];
    const own = records.length > 1 ? new Set<string>() : null;
    for (const record of records) {
      if (!record.repeatable) {
        const id = record.dedupeKey ?? record.id;
        if (recent.has(id) || own?.has(id)) continue;
        own?.add(id);
        const same = underWay.get(id);
        if (same !== undefined) {
          joined ??= [];
          joined.push(same);
          continue;
        }
      }
      toWrite.push(record);
    }
    if (toWrite.length < records.length) meter?.repeated(records.length - toWrite.length);
    const left = (joined?.length ?? 0) + (toWrite.length > 0 ? 1 : 0);
    if (left === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const wait: Wait = { deadlineMs, left, end: (error) => (error === undefined ? resolve() : reject(error)) };
      open.push(wait);
      sweeper ??= setInterval(sweep, SWEEP_INTERVAL_MS);
      if (joined !== undefined) for (const same of joined) same.push(wait);
      if (toWrite.length > 0) enqueue(toWrite, wait);
    });
  };

  function enqueue(records: OutgoingRecord[], wait: Wait): void {
    const waiting: Waiting = [wait];
    const waiter: Waiter = {
      records,
      size: sizeOf(records),
      deadlineMs: wait.deadlineMs,
      settled: false,
      settle(error) {
        if (waiter.settled) return;
        waiter.settled = true;
        recordsUnderWay -= records.length;
        meter?.underWay(-records.length);
        for (const { repeatable, remembered, dedupeKey, id: eventId } of records) {
          if (repeatable && remembered === undefined) continue;
          const id = dedupeKey ?? eventId;
          if (!repeatable) underWay.delete(id);
          if (error === undefined) recent.add(id);
        }
        const known = error === undefined ? undefined : asStoreError(error);
        if (known !== undefined) meter?.failed(known.code);
        for (const one of waiting) settleWait(one, known);
        waiting.length = 0;
      },
    };
    for (const { id, dedupeKey, repeatable } of records) if (!repeatable) underWay.set(dedupeKey ?? id, waiting);
    recordsUnderWay += records.length;
    meter?.underWay(records.length);
    queue.push(waiter);
    queuedSize += waiter.size;
    if (enough !== undefined && isEnough()) enough();
    writing ??= writeQueue();
  }

  async function writeQueue(): Promise<void> {
    // Lets requests that arrived together share the first write.
    await gather(1);
    while (queue.length > 0) {
      const group = takeGroup();
      if (group.length === 0) continue;
      const startedMs = now();
      try {
        await writeGroup(group);
        for (const write of group)
          if (!write.settled) write.settle(new HubcastError('internal', 'The store left a write open.'));
      } catch (error) {
        for (const write of group) write.settle(error);
      }
      meter?.wrote(countRecords(group), now() - startedMs);
      await gather(turnsBetween);
    }
    writing = undefined;
  }

  /**
   * Lets the loop turn, no longer than until there is enough: where thousands of connections send without a pause a turn takes seconds, as
   * libuv reads up to 48 times 1,024 sockets before it goes on.
   */
  async function gather(turns: number): Promise<void> {
    for (let turn = 0; turn < turns && !draining && !isEnough(); turn += 1) {
      await new Promise<void>((resolve) => {
        enough = resolve;
        setImmediate(resolve);
      });
    }
    enough = undefined;
  }

  function isEnough(): boolean {
    return queue.length >= enoughRequests || recordsUnderWay >= enoughRecords || queuedSize >= maxGroupSize;
  }

  function takeGroup(): Waiter[] {
    dropExpired(now());
    let size = 0;
    let taken = 0;
    for (const waiter of queue) {
      if (taken > 0 && size + waiter.size > maxGroupSize) break;
      size += waiter.size;
      taken += 1;
    }
    queuedSize -= size;
    return queue.splice(0, taken);
  }

  /** Nobody waits for these any more. Without this the queue would grow for as long as one write hangs. */
  function dropExpired(time: number): void {
    const firstAlive = queue.findIndex(({ deadlineMs }) => deadlineMs > time);
    const expired = queue.splice(0, firstAlive === -1 ? queue.length : firstAlive);
    for (const waiter of expired) {
      queuedSize -= waiter.size;
      waiter.settle(timedOut(writeTimeoutMs));
    }
  }

  /** A request gives up at its deadline; the write goes on, and its ids stay under way until it is settled. */
  function sweep(): void {
    const time = now();
    let kept = 0;
    for (const wait of open) {
      if (wait.deadlineMs <= time) endWait(wait, timedOut(writeTimeoutMs));
      if (wait.end !== null) open[kept++] = wait;
    }
    open.length = kept;
    dropExpired(time);
    const [oldest] = open;
    oldestMs = oldest === undefined ? 0 : time - (oldest.deadlineMs - writeTimeoutMs);
    if (oldest !== undefined) return;
    clearInterval(sweeper);
    sweeper = undefined;
  }

  return {
    append,
    async drain() {
      draining = true;
      await writing;
    },
    backlog: () => ({ records: recordsUnderWay, oldestMs }),
    waiting: () => queue.length,
  };
}

/** A request is answered when all it waits for is durable, or at the first failure. */
function settleWait(wait: Wait, error: HubcastError | undefined): void {
  wait.left -= 1;
  if (wait.left === 0 || error !== undefined) endWait(wait, error);
}

function endWait(wait: Wait, error: HubcastError | undefined): void {
  const { end } = wait;
  wait.end = null;
  end?.(error);
}

function countRecords(group: readonly Write[]): number {
  let records = 0;
  for (const write of group) records += write.records.length;
  return records;
}

function timedOut(writeTimeoutMs: number): HubcastError {
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
