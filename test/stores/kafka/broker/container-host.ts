// A Kafka node in a container of the apache/kafka image. Created through testcontainers' engine client and not its
// GenericContainer, because that one cannot kill, freeze, or start again without waiting its own way.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRuntimeClient } from 'testcontainers';
import { KAFKA_IMAGE } from './engine.ts';
import { hold, release } from './guarded.ts';
import type { NodeHost } from './node.ts';
import { type Properties, toImageEnvironment } from './server-properties.ts';

const LOG_TAIL_LINES = 40;

/** What every node listens on inside its container. */
export const CONTAINER_PORTS = { client: 9092, controller: 9093, internal: 9094 } as const;
export const CONTAINER_LOG_DIR = '/tmp/kraft-combined-logs';

export interface ContainerHostOptions {
  readonly engine: ContainerRuntimeClient;
  /** The name by which the other nodes of `network` reach it. */
  readonly hostName: string;
  /** Id of the cluster's network; null for a node alone. */
  readonly network: string | null;
  readonly address: string;
  readonly hostPort: number;
  readonly clusterId: string;
  readonly heapMb: number;
  readonly stopTimeoutMs: number;
  readonly properties: Properties;
}

export async function createContainerHost(options: ContainerHostOptions): Promise<NodeHost> {
  const { engine, hostName, network } = options;
  const { LABEL_TESTCONTAINERS_SESSION_ID, getReaper } = await import('testcontainers');
  const { sessionId } = await getReaper(engine);
  const clientPort = `${CONTAINER_PORTS.client}/tcp`;
  const container = await engine.container.create({
    Image: KAFKA_IMAGE,
    Hostname: hostName,
    Labels: { [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId },
    Env: Object.entries({
      ...toImageEnvironment(options.properties),
      CLUSTER_ID: options.clusterId,
      KAFKA_HEAP_OPTS: `-Xmx${options.heapMb}m`,
    }).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: { [clientPort]: {} },
    // A port of the host that is fixed: an engine's own choice would change with every start.
    HostConfig: { PortBindings: { [clientPort]: [{ HostPort: String(options.hostPort) }] } },
    ...(network && { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [hostName] } } } }),
  });
  hold('container', container.id);

  const isRunning = async () => (await container.inspect()).State.Running;
  const ended = async () => {
    while (await isRunning()) await sleep(20);
  };

  return {
    address: options.address,
    place: () => ({ container: container.id }),
    launch: () => container.start(),
    isRunning,
    async stop() {
      await container.stop({ t: Math.ceil(options.stopTimeoutMs / 1000) });
    },
    async kill() {
      await container.kill({ signal: 'SIGKILL' });
      await ended();
    },
    freeze: () => container.pause(),
    resume: () => container.unpause(),
    async logTail() {
      const log = await container.logs({ stdout: true, stderr: true, tail: LOG_TAIL_LINES });
      // Each piece begins with a binary header that says its stream and length.
      return log.toString('utf8').replaceAll(/[^\n\t\x20-\x7e]+/g, '');
    },
    async close() {
      await container.remove({ force: true, v: true }).catch((error: { statusCode?: number }) => {
        // Closed before: an engine says so where a folder's removal does not.
        if (error.statusCode !== 404) throw error;
      });
      release('container', container.id);
    },
  };
}
