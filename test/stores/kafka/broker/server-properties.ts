// What a test broker is configured with, the same for jars and containers.

/** Kafka's names and values of server.properties. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

export interface ClusterShape {
  /** `host:port` of each node's controller listener, in node order; node ids start at 1. */
  readonly controllers: readonly string[];
  readonly replicationFactor: number;
  readonly minInSync: number;
}

export interface NodeAddresses {
  /** Where clients reach the node: what it listens on and what it tells them. */
  readonly client: { readonly listen: string; readonly advertised: string };
  /** Where the other brokers reach it. */
  readonly internal: { readonly listen: string; readonly advertised: string };
  readonly controllerListen: string;
}

/** The listener that `security.protocol`-like settings of a suite are about: `listener.name.client.…`. */
export const CLIENT_LISTENER = 'CLIENT';

export function serverProperties(
  nodeId: number,
  addresses: NodeAddresses,
  shape: ClusterShape,
  logDir: string,
  clientProtocol: string,
  extra: Properties,
): Properties {
  const { client, internal, controllerListen } = addresses;
  return {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': shape.controllers.map((address, index) => `${index + 1}@${address}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INTERNAL',
    listeners: `${CLIENT_LISTENER}://${client.listen},INTERNAL://${internal.listen},CONTROLLER://${controllerListen}`,
    'advertised.listeners': `${CLIENT_LISTENER}://${client.advertised},INTERNAL://${internal.advertised}`,
    'listener.security.protocol.map': `${CLIENT_LISTENER}:${clientProtocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'default.replication.factor': shape.replicationFactor,
    'min.insync.replicas': shape.minInSync,
    ...forInternalTopics(shape),
    // After kill -9 a broker is let in again only when the session of its former life has lapsed (9 s by default).
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 250,
    // Small heap and few threads: the cleaner's buffer alone is 128 MB by default.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    ...extra,
  };
}

function forInternalTopics({ replicationFactor, minInSync }: ClusterShape): Properties {
  return {
    'offsets.topic.replication.factor': replicationFactor,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': replicationFactor,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': replicationFactor,
    'share.coordinator.state.topic.min.isr': minInSync,
    'share.coordinator.state.topic.num.partitions': 3,
  };
}

/** The text of server.properties. Back slashes and line breaks of values are escaped as java.util.Properties reads them. */
export function toPropertiesFile(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}

/**
 * The same for the apache/kafka image, which reads its environment.
 * https://kafka.apache.org/documentation/#docker: `_` is written `__`, `-` is written `___`, `.` is written `_`.
 */
export function toImageEnvironment(properties: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      `KAFKA_${name.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase()}`,
      String(value),
    ]),
  );
}
