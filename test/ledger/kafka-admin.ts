/** What the faults ask of Kafka: topics, their leaders, and which node is the active controller. */
import { connect } from 'node:net';
import kafkajs, { type Admin } from 'kafkajs';

const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;

function openKafka(brokers: readonly string[]) {
  return new Kafka({ brokers: [...brokers], clientId: 'hubcast-ledger', logLevel: logLevel.NOTHING });
}

async function withAdmin<T>(brokers: readonly string[], work: (admin: Admin) => Promise<T>) {
  const admin = openKafka(brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export function listTopics(brokers: readonly string[], prefix: string): Promise<string[]> {
  return withAdmin(brokers, async (admin) => {
    const names = await admin.listTopics();
    return names.filter((name) => name.startsWith(`${prefix}.`)).toSorted();
  });
}

/** Resolves when no broker names it any more. */
export function deleteTopic(brokers: readonly string[], topic: string): Promise<void> {
  return withAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic] }));
}

/** A broker with the topics of many episodes takes a minute to come back. */
export function deleteTopics(brokers: readonly string[], prefix: string): Promise<void> {
  return withAdmin(brokers, async (admin) => {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(`${prefix}.`));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

export function limitRecords(brokers: readonly string[], topic: string, bytes: number): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  return withAdmin(brokers, async (admin) => {
    await admin.alterConfigs({ validateOnly: false, resources });
  });
}

/** The node that leads most partitions of these topics. */
export function busiestLeader(brokers: readonly string[], topics: readonly string[]): Promise<number> {
  return withAdmin(brokers, async (admin) => {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    const counts = new Map<number, number>();
    for (const { leader } of metadata.topics.flatMap(({ partitions }) => partitions)) {
      counts.set(leader, (counts.get(leader) ?? 0) + 1);
    }
    const [busiest] = [...counts].toSorted(([, a], [, b]) => b - a);
    return busiest?.[0] ?? 1;
  });
}

/**
 * Gives each partition its replicas in another order, or on fewer nodes: the first replica is preferred as leader, and brokers with
 * `leader.imbalance.check.interval.seconds=1` move to it within a second or two.
 */
export function movePartitions(brokers: readonly string[], topics: readonly string[], replicas: number): Promise<void> {
  return withAdmin(brokers, async (admin) => {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    await admin.alterPartitionReassignments({
      topics: metadata.topics.map(({ name, partitions }) => ({
        topic: name,
        partitionAssignment: partitions.map(({ partitionId, replicas: now, leader }) => {
          const all = [...new Set([...now, 1, 2, 3])];
          const others = all.filter((id) => id !== leader);
          const turned = partitionId % 2 === 0 ? others.toReversed() : others;
          return { partition: partitionId, replicas: [...turned, leader].slice(0, replicas) };
        }),
      })),
    });
  });
}

const DESCRIBE_QUORUM = 55;

/**
 * The active controller by DescribeQuorum (version 0), which kafkajs does not know; its own metadata names any broker.
 * https://kafka.apache.org/protocol#The_Messages_DescribeQuorum
 */
export async function activeController(broker: string): Promise<number> {
  const topic = Buffer.from('__cluster_metadata');
  const body = Buffer.concat([
    Buffer.from([0, DESCRIBE_QUORUM, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0]),
    // One topic with one partition, 0; each structure ends with no tagged fields.
    Buffer.from([2, topic.length + 1]),
    topic,
    Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]),
  ]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  const answer = await ask(broker, Buffer.concat([size, body]));
  // Size, correlation id, tags, error, topics and the name, partitions, index, error: then the leader.
  const error = answer.readInt16BE(9);
  if (error !== 0) throw new Error(`Kafka at ${broker} answered DescribeQuorum with error ${error}.`);
  return answer.readInt32BE(11 + 1 + 1 + topic.length + 1 + 4 + 2);
}

function ask(broker: string, request: Buffer): Promise<Buffer> {
  const [host = '', port = ''] = broker.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) }, () => socket.write(request));
    let received = Buffer.alloc(0);
    socket.setTimeout(5_000, () => socket.destroy(new Error(`Kafka at ${broker} did not answer.`)));
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      socket.destroy();
      resolve(received);
    });
  });
}
