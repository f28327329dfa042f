// The hosts of one cluster's nodes, in the form this machine has.
import { randomBytes } from 'node:crypto';
import type { ContainerRuntimeClient } from 'testcontainers';
import { CONTAINER_LOG_DIR, CONTAINER_PORTS, createContainerHost } from './container-host.ts';
import { dockerEngine, KAFKA_IMAGE, pullKafkaImage } from './engine.ts';
import { kafkaForm, whyNone } from './form.ts';
import { freePorts } from './free-ports.ts';
import { hold, release } from './guarded.ts';
import { createJarHost } from './jar-host.ts';
import { ensureJars, whyNoJars } from './jars.ts';
import type { NodeHost } from './node.ts';
import { type NodeAddresses, type Properties, serverProperties } from './server-properties.ts';

export interface HostsOptions {
  readonly count: number;
  readonly replicationFactor: number;
  readonly minInSync: number;
  readonly clientProtocol: string;
  readonly properties: Properties;
  readonly heapMb: number;
  readonly stopTimeoutMs: number;
  readonly advertise: (address: string) => Promise<string>;
}

export interface Hosts {
  readonly hosts: NodeHost[];
  /** Removes them and what they share. */
  close(): Promise<void>;
}

/** Hosts that are not launched yet. */
export async function createHosts(options: HostsOptions): Promise<Hosts> {
  const form = await kafkaForm();
  const reason = whyNone(form);
  if (reason !== null) throw new Error(`${reason} Install Docker, or Java 17 and Maven.`);
  const engine = form === 'containers' ? await engineWithImage() : null;
  // Starts with a letter: the format tool takes an id that starts with a dash for an option.
  const clusterId = `A${randomBytes(16).toString('base64url').slice(1, 22)}`;
  return engine ? inContainers(engine, clusterId, options) : fromJars(clusterId, options);
}

async function engineWithImage(): Promise<ContainerRuntimeClient | null> {
  const engine = await dockerEngine();
  if (!engine) throw new Error('The Docker engine no longer answers.');
  try {
    await pullKafkaImage(engine);
    return engine;
  } catch (error) {
    const message = `${KAFKA_IMAGE} cannot be pulled: ${(error as Error).message}`;
    const reason = await whyNoJars();
    if (reason !== null) throw new Error(`${message}. Jars cannot stand in: ${reason}.`);
    process.stderr.write(`${message}. The tests use Kafka's jars instead.\n`);
    return null;
  }
}

async function fromJars(clusterId: string, options: HostsOptions): Promise<Hosts> {
  await ensureJars();
  const ports = await freePorts(3 * options.count);
  const addressesOf = (index: number) => {
    const [client = '', internal = '', controllerListen = ''] = ports
      .slice(3 * index, 3 * index + 3)
      .map((port) => `127.0.0.1:${port}`);
    return {
      client: { listen: client, advertised: client },
      internal: { listen: internal, advertised: internal },
      controllerListen,
    };
  };
  const all = await Promise.all(
    indexes(options.count).map(async (index) => {
      const addresses = addressesOf(index);
      const advertised = await options.advertise(addresses.client.listen);
      return { ...addresses, client: { ...addresses.client, advertised } };
    }),
  );
  const controllers = all.map(({ controllerListen }) => controllerListen);
  return collect(
    all.map((addresses, index) => () => {
      const properties = (logDir: string) => propertiesOf(index, addresses, controllers, logDir, options);
      return createJarHost({ ...options, address: addresses.client.advertised, clusterId, properties });
    }),
  );
}

async function inContainers(engine: ContainerRuntimeClient, clusterId: string, options: HostsOptions): Promise<Hosts> {
  const ports = await freePorts(options.count);
  const { Network } = await import('testcontainers');
  const network = options.count > 1 ? await new Network().start() : null;
  if (network) hold('network', network.getId());
  const hostNames = indexes(options.count).map((index) => (network ? `kafka-${index + 1}` : 'localhost'));
  const controllers = hostNames.map((name) => `${name}:${CONTAINER_PORTS.controller}`);
  return collect(
    hostNames.map((hostName, index) => async () => {
      const hostPort = ports[index] ?? 0;
      const address = `${engine.info.containerRuntime.host}:${hostPort}`;
      const addresses: NodeAddresses = {
        client: { listen: `:${CONTAINER_PORTS.client}`, advertised: await options.advertise(address) },
        internal: { listen: `:${CONTAINER_PORTS.internal}`, advertised: `${hostName}:${CONTAINER_PORTS.internal}` },
        controllerListen: `:${CONTAINER_PORTS.controller}`,
      };
      const properties = propertiesOf(index, addresses, controllers, CONTAINER_LOG_DIR, options);
      const networkId = network?.getId() ?? null;
      return createContainerHost({
        ...options,
        engine,
        hostName,
        network: networkId,
        address: addresses.client.advertised,
        hostPort,
        clusterId,
        properties,
      });
    }),
    async () => {
      if (!network) return;
      await network.stop();
      release('network', network.getId());
    },
  );
}

/** Makes all hosts, or none. */
async function collect(makers: (() => Promise<NodeHost>)[], closeShared = async () => {}): Promise<Hosts> {
  const hosts: NodeHost[] = [];
  const closeAll = async () => {
    await Promise.all(hosts.map((host) => host.close()));
    await closeShared();
  };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeAll();
    return closing;
  };
  try {
    for (const make of makers) hosts.push(await make());
  } catch (error) {
    await close();
    throw error;
  }
  return { hosts, close };
}

function propertiesOf(
  index: number,
  addresses: NodeAddresses,
  controllers: readonly string[],
  logDir: string,
  options: HostsOptions,
): Properties {
  const { clientProtocol, properties } = options;
  return serverProperties(index + 1, addresses, { ...options, controllers }, logDir, clientProtocol, properties);
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
