// Brokers of a suite's own, to be stopped, killed and frozen as the suite likes. For reading and writing without
// faults use the run's shared broker (test/support/kafka.ts), which costs nothing to start again.
import { createHosts } from './hosts.ts';
import type { KafkaNode, NodeHost } from './node.ts';
import type { Properties } from './server-properties.ts';
import { type ClientSettings, waitUntilServing } from './serving.ts';

const START_TIMEOUT_MS = 60_000;

export interface BrokerOptions {
  /** Settings of server.properties beside or instead of ours, such as `message.max.bytes`. */
  readonly properties?: Properties;
  /** The protocol clients speak to it. Its settings go to `properties` under `listener.name.client.`. */
  readonly clientProtocol?: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SSL' | 'SASL_SSL';
  /** How the start's own check logs in, when `clientProtocol` asks for it. */
  readonly client?: ClientSettings;
  readonly heapMb?: number;
  /** After this a SIGTERM is followed by a SIGKILL. */
  readonly stopTimeoutMs?: number;
  /** What clients are told in place of a node's own address: a proxy's. */
  readonly advertise?: (address: string) => Promise<string>;
}

export interface ClusterOptions extends BrokerOptions {
  readonly brokers: number;
  readonly replicationFactor?: number;
  readonly minInSync?: number;
}

export interface Broker extends KafkaNode {
  readonly brokers: string[];
}

export interface Cluster {
  readonly brokers: string[];
  readonly nodes: KafkaNode[];
  close(): Promise<void>;
}

/** One broker that is also its controller. Whoever starts it closes it; a run that dies leaves nothing behind. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { brokers, nodes, close } = await startCluster({ ...options, brokers: 1 });
  const [node] = nodes;
  if (!node) throw new Error('A cluster of one has a node.');
  return { ...node, brokers, close };
}

/** Several nodes, each broker and controller; at least two of three must run for the quorum. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { hosts, close } = await createHosts({
    count: options.brokers,
    replicationFactor: options.replicationFactor ?? Math.min(3, options.brokers),
    minInSync: options.minInSync ?? 1,
    clientProtocol: options.clientProtocol ?? 'PLAINTEXT',
    properties: options.properties ?? {},
    heapMb: options.heapMb ?? 384,
    stopTimeoutMs: options.stopTimeoutMs ?? 10_000,
    advertise: options.advertise ?? (async (address) => address),
  });
  const nodes = hosts.map((host, index) => toNode(host, index + 1, options));
  try {
    await Promise.all(nodes.map((node) => node.start()));
    const ids = nodes.map(({ id }) => id);
    for (const { address } of nodes) {
      await waitUntilServing(address, ids, options.client ?? {}, START_TIMEOUT_MS, async () => null);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { brokers: nodes.map(({ address }) => address), nodes, close };
}

function toNode(host: NodeHost, id: number, options: BrokerOptions): KafkaNode {
  return {
    ...host,
    id,
    async start() {
      await host.launch();
      try {
        await waitUntilServing(host.address, [id], options.client ?? {}, START_TIMEOUT_MS, async () =>
          (await host.isRunning()) ? null : `The broker at ${host.address} ended while it started.`,
        );
      } catch (error) {
        throw new Error(`${(error as Error).message}\nThe end of its log:\n${await host.logTail()}`);
      }
    },
  };
}
