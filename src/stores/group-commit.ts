/**
 * Writes that wait during a write share the next one, so the store only has to write one group at a
 * time.
 *
 *   idle --write--> gathering --a turn of the loop, or enough waits--> writing --group settled--> gathering
 *     ^                                                                                              |
 *     +----------------------------------- no write waits -------------------------------------------+
 */
import { HubcastError } from '../core/errors.ts';
import { OpenRequests, type OpenRequestsOptions, timedOut, type Write } from './open-requests.ts';
import type { Append, StoreBacklog } from './store.ts';

/** Writes a group and settles each of its writes. A rejection settles the remaining ones. */
export type WriteGroup = (group: readonly Write[]) => Promise<void>;

export interface SharedWritesOptions extends OpenRequestsOptions {
  readonly writeGroup: WriteGroup;
  /** A group is closed before it exceeds this, unless a single write does. */
  readonly maxGroupSize: number;
  /** Limit of the requests that callers of `append` admit at the same time. */
  readonly maxRequests?: number;
  /**
   * Turns of the loop between two writes, in which the pending socket data makes the next group larger; 0 by default. The first
   * ends the turn that delivered the store's answer, so only a second one reads new data.
   */
  readonly turnsBetween?: number;
}

export interface SharedWrites {
  readonly append: Append;
  /** Rejects new records, and resolves when pending ones have settled. */
  readonly drain: () => Promise<void>;
  /** The oldest request's wait is up to 50 ms behind. */
  readonly backlog: () => StoreBacklog;
  /** Writes in the queue. */
  readonly waiting: () => number;
}

/** Beyond this number a larger group hardly lowers the cost of each request. */
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
  /** Well below the limits, which a group could otherwise never reach. */
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

  /** Removes writes that no request waits for. Without this the queue would grow while one write hangs. */
  readonly dropExpired = (nowMs: number): void => {
    const firstAlive = this.#waiting.findIndex(({ deadlineMs }) => deadlineMs > nowMs);
    const expired = this.#remove(firstAlive === -1 ? this.#waiting.length : firstAlive);
    for (const write of expired) write.settle(timedOut(this.#options.writeTimeoutMs));
  };

  async #run(): Promise<void> {
    this.#running = true;
    // Requests that arrived together share the first write.
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
   * Lets the event loop turn until the group is large enough. With thousands of busy connections a turn takes seconds, as
   * libuv reads up to 48 times 1,024 sockets in one turn.
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
