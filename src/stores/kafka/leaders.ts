import type { Cluster } from './cluster.ts';
import type { ConnectionLimits, KafkaConnection } from './connection.ts';
import { describeKafkaError } from './errors.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { WriteConnection } from './write-connection.ts';

/**
 * Two connections to each broker that leads partitions. A broker answers a write when its last partition is
 * confirmed or late, so failing partitions use a connection of their own.
 */
export class Leaders {
  readonly #cluster: Cluster;
  readonly #connection: KafkaConnection;
  readonly #limits: ConnectionLimits;
  readonly #usual = new Map<string, WriteConnection>();
  readonly #troubled = new Map<string, WriteConnection>();

  constructor(cluster: Cluster, connection: KafkaConnection, limits: ConnectionLimits) {
    this.#cluster = cluster;
    this.#connection = connection;
    this.#limits = limits;
  }

  /** Undefined while the partition has no leader, or its leader has no known address. */
  connectionFor({ topic, partition, trouble }: PartitionQueue): WriteConnection | undefined {
    const address = this.#cluster.addressOf(this.#cluster.topics.get(topic)?.leaders[partition] ?? -1);
    if (address === undefined) return undefined;
    return this.#open(trouble === undefined ? this.#usual : this.#troubled, address);
  }

  /** Connects to every leader of these topics. @returns the problems of those that cannot be reached */
  async reach(topics: Iterable<string>): Promise<readonly string[]> {
    const leaders = new Set([...topics].flatMap((topic) => this.#cluster.topics.get(topic)?.leaders ?? []));
    const problems = await Promise.all(
      [...leaders].map(async (nodeId) => {
        const address = this.#cluster.addressOf(nodeId);
        if (address === undefined) return [];
        try {
          await this.#open(this.#usual, address).reach();
          return [];
        } catch (error) {
          return `Broker ${nodeId} cannot be reached at ${address}, the address that it advertises: ${describeKafkaError(error)}`;
        }
      }),
    );
    return problems.flat();
  }

  close(): void {
    for (const connection of [...this.#usual.values(), ...this.#troubled.values()]) connection.close();
  }

  #open(connections: Map<string, WriteConnection>, address: string): WriteConnection {
    let connection = connections.get(address);
    if (connection === undefined) {
      connection = new WriteConnection(address, this.#connection, this.#limits);
      connections.set(address, connection);
    }
    return connection;
  }
}
