/**
 * Writes that wait while a write is in flight go together in the next one: the store only has to write one group at a
 * time.
 *
 *   idle --write--> gathering --a turn of the loop, or enough waits--> writing --group settled--> gathering
 *     ^                                                                                              |
 *     +----------------------------------- no write waits -------------------------------------------+
 */
import { HubcastError } from '../core/errors.ts';
import { OpenRequests, type OpenRequestsOptions, timedOut, type Write } from './open-requests.ts';
import type { Append, Backlog } from './store.ts';

/** Writes a group and settles each of its writes. A rejection settles those that are still open. */
export type WriteGroup = (group: readonly Write[]) => Promise<void>;

export interface SharedWritesOptions extends OpenRequestsOptions {
  readonly writeGroup: WriteGroup;
  /** A group is closed before it exceeds this, unless a single write does. */
  readonly maxGroupSize: number;
  /** Limit of the requests that callers of `append` admit at the same time. */
  readonly maxRequests?: number;
  /**
   * Turns of the loop between two writes, in which what lies in the sockets makes the next group larger; none if not given. The first
   * ends the turn that brought the store's answer, so that only a second one reads anew.
   */
  readonly turnsBetween?: number;
}

export interface SharedWrites {
  readonly append: Append;
  /** Rejects new records, and resolves when those under way are settled. */
  readonly drain: () => Promise<void>;
  /** The oldest request's wait is up to 50 ms behind. */
  readonly backlog: () => Backlog;
  /** Writes in the queue. */
  readonly waiting: () => number;
}

/** More requests make a write hardly cheaper for each. */
export const ENOUGH_REQUESTS = 64;

export function createSharedWrites(options: SharedWritesOptions): SharedWrites {
  const queue = new GroupQueue(options);
  const requests = new OpenRequests(options, queue.add, queue.dropExpired);
  return {
    append: requests.append,
    drain: () => requests.drain(),
    backlog: () => requests.backlog(),
    waiting: () => queue.length,
  };
}

class GroupQueue {
  readonly #options: SharedWritesOptions;
  /** Well below the limits: more would never come. */
  readonly #enoughRequests: number;
  readonly #enoughRecords: number;
  readonly #waiting: Write[] = [];
  #waitingRecords = 0;
  #waitingSize = 0;
  #running = false;
  /** Ends the gathering. */
  #enough: (() => void) | undefined;

  constructor(options: SharedWritesOptions) {
    const { maxRequests = Number.POSITIVE_INFINITY, maxRecords = Number.POSITIVE_INFINITY } = options;
    this.#options = options;
    this.#enoughRequests = Math.min(ENOUGH_REQUESTS, maxRequests / 2);
    this.#enoughRecords = maxRecords / 2;
  }

  get length(): number {
    return this.#waiting.length;
  }

  readonly add = (write: Write): void => {
    this.#waiting.push(write);
    this.#waitingRecords += write.records.length;
    this.#waitingSize += write.size;
    if (this.#isEnough()) this.#enough?.();
    if (!this.#running) void this.#run();
  };

  /** No request waits for these any more. Without this the queue would grow for as long as one write hangs. */
  readonly dropExpired = (nowMs: number): void => {
    const firstAlive = this.#waiting.findIndex(({ deadlineMs }) => deadlineMs > nowMs);
    const expired = this.#remove(firstAlive === -1 ? this.#waiting.length : firstAlive);
    for (const write of expired) write.settle(timedOut(this.#options.writeTimeoutMs));
  };

  async #run(): Promise<void> {
    this.#running = true;
    // Lets requests that arrived together share the first write.
    await this.#gather(1);
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      if (group.length === 0) continue;
      await this.#write(group);
      await this.#gather(this.#options.turnsBetween ?? 0);
    }
    this.#running = false;
  }

  async #write(group: readonly Write[]): Promise<void> {
    const { writeGroup, now, meter } = this.#options;
    const startedMs = now();
    try {
      await writeGroup(group);
      for (const write of group) write.settle(new HubcastError('internal', 'The store left a write open.'));
    } catch (error) {
      for (const write of group) write.settle(error);
    }
    let records = 0;
    for (const write of group) records += write.records.length;
    meter?.wrote(records, now() - startedMs);
  }

  /**
   * Lets the loop turn, no longer than until there is enough: where thousands of connections send without a pause a turn takes seconds, as
   * libuv reads up to 48 times 1,024 sockets before it goes on.
   */
  async #gather(turns: number): Promise<void> {
    for (let turn = 0; turn < turns && !this.#isEnough(); turn += 1) {
      await new Promise<void>((resolve) => {
        this.#enough = resolve;
        setImmediate(resolve);
      });
    }
    this.#enough = undefined;
  }

  #isEnough(): boolean {
    return (
      this.#waiting.length >= this.#enoughRequests ||
      this.#waitingRecords >= this.#enoughRecords ||
      this.#waitingSize >= this.#options.maxGroupSize
    );
  }

  #takeGroup(): Write[] {
    this.dropExpired(this.#options.now());
    let size = 0;
    let taken = 0;
    for (const write of this.#waiting) {
      if (taken > 0 && size + write.size > this.#options.maxGroupSize) break;
      size += write.size;
      taken += 1;
    }
    return this.#remove(taken);
  }

  #remove(count: number): Write[] {
    const removed = this.#waiting.splice(0, count);
    for (const { records, size } of removed) {
      this.#waitingRecords -= records.length;
      this.#waitingSize -= size;
    }
    return removed;
  }
}
