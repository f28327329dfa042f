/**
 * The known state of the cluster: topics, their partitions and leaders, and the addresses of the brokers. A look-up that
 * fails closes its connections; the next one begins with KAFKA_BROKERS again, and the cached state is kept.
 *
 *   unknown --look-up answered--> known --look-up answered--> known
 *                                   |  <--answered--+
 *                                   +--failed--> failing: `failing()` says why
 */
import { createLogThrottle } from '../../core/log-throttle.ts';
import { createSingleFlight } from '../../core/single-flight.ts';
import { within } from '../../core/time-out.ts';
import type { ConnectionLimits, KafkaConnection } from './connection.ts';
import { checkTopics, type TopicSettings, type TopicState, type TopicStates } from './ensure-topics.ts';
import { describeKafkaError } from './errors.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { connectWire, type Wire } from './wire.ts';

export interface ClusterOptions {
  readonly connection: KafkaConnection;
  readonly topics: TopicSettings;
  readonly limits: ConnectionLimits;
  /** A clock in ms. */
  readonly now: () => number;
}

const LOG_INTERVAL_MS = 10_000;

export class Cluster {
  /** `Kafka at host:port, …` */
  readonly name: string;
  readonly #options: ClusterOptions;
  readonly #topics = new Map<string, TopicState>();
  readonly #wanted: Set<string>;
  readonly #addresses = new Map<number, string>();
  readonly #lookUps = createSingleFlight<void>();
  readonly #mayLog = createLogThrottle({ intervalMs: LOG_INTERVAL_MS });
  #link: { readonly wire: Wire; readonly sockets: Sockets } | undefined;
  #failure: string | undefined;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #triedMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.name = `Kafka at ${options.connection.brokers.join(', ')}`;
    this.#wanted = new Set(options.topics.plans.keys());
  }

  /** State of the topic after the last look-up. */
  get topics(): TopicStates {
    return this.#topics;
  }

  /** Whether look-ups include this topic. */
  isWanted(topic: string): boolean {
    return this.#wanted.has(topic);
  }

  /** `host:port` as the broker advertises it. */
  addressOf(nodeId: number): string | undefined {
    return this.#addresses.get(nodeId);
  }

  /** The reason why no broker can be queried; undefined while one answers. */
  failing(): string | undefined {
    return this.#failure;
  }

  /** Time of the last successful look-up. */
  get checkedMs(): number {
    return this.#checkedMs;
  }

  /** Start time of the last look-up. */
  get triedMs(): number {
    return this.#triedMs;
  }

  /** Looks all topics up again, and this one as well from now on. Never rejects: `failing` gives the error. */
  lookUp(alsoTopics: Iterable<string> = []): Promise<void> {
    for (const topic of alsoTopics) this.#wanted.add(topic);
    return this.#lookUps.run(() => this.#lookUp());
  }

  close(): void {
    this.#closed = true;
    this.#link?.sockets.destroy();
  }

  async #lookUp(): Promise<void> {
    const { topics: settings, limits, connection, now } = this.#options;
    if (this.#closed) return;
    this.#triedMs = now();
    const late = () => {
      throw new Error(`no answer within ${limits.requestTimeoutMs} ms`);
    };
    try {
      const { wire } = await this.#connect(late);
      const lookUp = checkTopics(wire, [...this.#wanted], settings, limits.requestTimeoutMs);
      const found = await within(lookUp, limits.requestTimeoutMs, late);
      this.#checkClusterId(wire.clusterId());
      for (const [name, state] of found) this.#topics.set(name, state);
      for (const { nodeId, host, port } of wire.brokers()) this.#addresses.set(nodeId, `${host}:${port}`);
      if (this.#failure !== undefined) connection.log.info({ brokers: connection.brokers }, 'Kafka is reachable');
      this.#failure = undefined;
      this.#checkedMs = now();
    } catch (error) {
      this.#link?.sockets.destroy();
      this.#link = undefined;
      this.#failure = `${this.name} cannot be used: ${describeKafkaError(error)}`;
      if (!this.#closed && this.#mayLog()) connection.log.warn({ brokers: connection.brokers }, this.#failure);
    }
  }

  async #connect(late: () => never): Promise<{ readonly wire: Wire }> {
    if (this.#link !== undefined) return this.#link;
    const { connection, limits } = this.#options;
    const sockets = createSockets();
    try {
      const wire = await within(connectWire(connection, limits, sockets), limits.requestTimeoutMs, late);
      this.#link = { wire, sockets };
      if (this.#closed) sockets.destroy();
      return this.#link;
    } catch (error) {
      sockets.destroy();
      throw error;
    }
  }

  #checkClusterId(found: string | null): void {
    const { clusterId: expected } = this.#options.connection;
    if (expected === undefined || found === null || found === expected) return;
    // The topics belong to another cluster, so writes must stop.
    this.#topics.clear();
    throw new Error(`it is cluster ${found}, and KAFKA_CLUSTER_ID is ${expected}. Check KAFKA_BROKERS.`);
  }
}
