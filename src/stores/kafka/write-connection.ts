/**
 * A connection to one broker for writes, with at most one write in flight. A failure destroys the connection: a late answer
 * must not be taken for the answer to the next write.
 *
 *   closed --produce--> busy --answered--> free --produce--> busy
 *     ^                  |                   |
 *     |                  |          throttled until a time that the broker's quota sets
 *     +---- failed: a pause that grows ------+
 */
import { type Backoff, createBackoff } from '../../core/backoff.ts';
import { HubcastError } from '../../core/errors.ts';
import { within } from '../../core/time-out.ts';
import {
  type BrokerConnection,
  type ConnectionLimits,
  connectBroker,
  KAFKA_BACKOFF,
  type KafkaConnection,
} from './connection.ts';
import { createSockets, type Sockets } from './sockets.ts';
import type { ProduceResponse } from './wire-messages.ts';

export class WriteConnection {
  readonly address: string;
  readonly #connection: KafkaConnection;
  readonly #limits: ConnectionLimits;
  readonly #backoff: Backoff = createBackoff(KAFKA_BACKOFF);
  #sockets: Sockets | undefined;
  #broker: Promise<BrokerConnection> | undefined;
  #busySinceMs: number | undefined;
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #throttled: { readonly untilMs: number; readonly ms: number } | undefined;

  constructor(address: string, connection: KafkaConnection, limits: ConnectionLimits) {
    this.address = address;
    this.#connection = connection;
    this.#limits = limits;
  }

  get isBusy(): boolean {
    return this.#busySinceMs !== undefined;
  }

  isFree(nowMs: number): boolean {
    return !this.isBusy && this.#freeAtMs <= nowMs;
  }

  /** The reason why writes to this broker are slow; undefined if they are not. */
  slowness(nowMs: number): HubcastError | undefined {
    if (this.#throttled !== undefined && this.#throttled.untilMs > nowMs) {
      const text = `The broker at ${this.address} throttles hubcast for ${this.#throttled.ms} ms: its quota (producer_byte_rate or request_percentage) is used up. Raise the quota of this user and client id, or send less.`;
      return new HubcastError('store_unavailable', text);
    }
    if (this.#busySinceMs === undefined) return undefined;
    const text = `The broker at ${this.address} has not answered a write for ${Math.round(nowMs - this.#busySinceMs)} ms.`;
    return new HubcastError('write_timed_out', text);
  }

  /** Calls must not overlap. Rejects if the broker does not answer; the answer has the outcome of each partition. */
  async produce(body: object, timeoutMs: number, now: () => number): Promise<ProduceResponse> {
    this.#busySinceMs = now();
    try {
      const answer = await within(this.#send(body), timeoutMs, () => {
        throw new Error(`The broker at ${this.address} did not answer within ${Math.round(timeoutMs)} ms.`);
      });
      this.#backoff.reset();
      const { clientSideThrottleTime: ms = 0 } = answer;
      this.#freeAtMs = now() + ms;
      this.#throttled = ms > 0 ? { untilMs: this.#freeAtMs, ms } : undefined;
      return answer;
    } catch (error) {
      this.close();
      this.#freeAtMs = now() + this.#backoff.next();
      throw error;
    } finally {
      this.#busySinceMs = undefined;
    }
  }

  /** Connects if there is no connection. Rejects if the broker cannot be reached. */
  async reach(): Promise<void> {
    if (this.isBusy) return;
    try {
      await (await this.#open()).reconnect();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#sockets?.destroy();
    this.#sockets = undefined;
    this.#broker = undefined;
  }

  async #send(body: object): Promise<ProduceResponse> {
    return (await this.#open()).request<ProduceResponse>('Produce', body);
  }

  #open(): Promise<BrokerConnection> {
    if (this.#broker === undefined) {
      this.#sockets = createSockets();
      this.#broker = connectBroker(this.#connection, this.#limits, this.#sockets, this.address);
    }
    return this.#broker;
  }
}
