/**
 * The records of one partition in order. At most one batch is in flight, so no record overtakes another with
 * the same key.
 *
 *   empty --add--> waiting --take--> in flight --confirmed--> empty or waiting; trouble is over
 *                     ^                  |
 *                     +-- first again <--+--failed--> trouble, a pause that grows
 *                                        +--refused-> smaller batches, until one record is refused alone
 *
 * A record fails at its request's deadline, with the queue's current problem.
 */
import { type Backoff, createBackoff } from '../../core/backoff.ts';
import type { HubcastError } from '../../core/errors.ts';
import { KAFKA_BACKOFF } from './connection.ts';
import type { Item } from './open-write.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from './record-bytes.ts';

/** The reason why writes to a partition fail now. */
export interface WriteTrouble {
  readonly error: HubcastError;
  /** Time of the last attempt. */
  readonly atMs: number;
}

/** Limit of one write, unless a single record is larger. kafkajs copies a write several times. */
export const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

/** The partition of records whose topic is not known yet. */
export const UNASSIGNED = -1;

export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  /** Cleared by the first confirmed write. */
  trouble: WriteTrouble | undefined;
  #waiting: Item[] = [];
  #inFlight: Item[] = [];
  #maxRecords = Number.POSITIVE_INFINITY;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  readonly #backoff: Backoff = createBackoff(KAFKA_BACKOFF);

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
    this.name = `${topic}-${partition}`;
  }

  get size(): number {
    return this.#waiting.length + this.#inFlight.length;
  }

  add(item: Item): void {
    this.#waiting.push(item);
  }

  canSend(nowMs: number): boolean {
    return this.#waiting.length > 0 && this.#inFlight.length === 0 && this.#retryAtMs <= nowMs;
  }

  /**
   * Takes the next batch into flight: as many records as fit, in their order.
   * @param maxBatchBytes max.message.bytes of the topic. A larger record is sent alone, so that its refusal affects no other
   * @param spaceBytes what is left of the request
   * @returns the bytes it takes, 0 when no record fits
   */
  take(maxBatchBytes: number, spaceBytes: number): number {
    this.#waiting = this.#waiting.filter(({ write }) => write.isOpen);
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#waiting) {
      const more = recordBytes(record);
      const isFirst = count === 0 && spaceBytes === MAX_REQUEST_BYTES;
      if (count === this.#maxRecords || (bytes + more > spaceBytes && !isFirst)) break;
      if (count > 0 && BATCH_OVERHEAD_BYTES + bytes + more > maxBatchBytes) break;
      bytes += more;
      count += 1;
    }
    this.#inFlight = this.#waiting.splice(0, count);
    return bytes;
  }

  get inFlight(): readonly Item[] {
    return this.#inFlight;
  }

  confirmed(): void {
    for (const { write } of this.#inFlight) write.stored();
    this.#inFlight = [];
    this.#maxRecords *= 2;
    this.#backoff.reset();
    this.trouble = undefined;
  }

  failed(error: HubcastError, nowMs: number): void {
    this.#putBack();
    this.trouble = { error, atMs: nowMs };
    this.#retryAtMs = nowMs + this.#backoff.next();
  }

  /** @returns the record in flight if it was alone; otherwise the queue continues with smaller batches */
  refused(): Item | undefined {
    const count = this.#inFlight.length;
    if (count > 1) {
      this.#maxRecords = Math.ceil(count / 2);
      this.#putBack();
      return undefined;
    }
    const [item] = this.#inFlight;
    this.#inFlight = [];
    return item;
  }

  /** Fails records whose request has passed its deadline. @returns whether a request waited for one */
  expire(nowMs: number, problem: () => HubcastError): boolean {
    const firstAlive = this.#waiting.findIndex(({ write }) => write.isOpen && write.deadlineMs > nowMs);
    const expired = this.#waiting.splice(0, firstAlive === -1 ? this.#waiting.length : firstAlive);
    const late = expired.filter(({ write }) => write.isOpen);
    for (const { write } of late) write.failed(problem());
    return late.length > 0;
  }

  failAll(error: HubcastError): void {
    for (const { write } of this.takeAll()) write.failed(error);
    this.trouble = undefined;
  }

  takeAll(): readonly Item[] {
    const all = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    return all;
  }

  #putBack(): void {
    this.#waiting = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
  }
}
