/** Kafka as a kind of store. Modules that need kafkajs load on first use, because it takes 10 MB. */
import type { OrderedWriter } from '../ordered-writer.ts';
import type { StoreMeter } from '../store.ts';
import type { StoreContext, StoreKind, StoreReader } from '../store-kind.ts';
import { checkCluster } from './check-cluster.ts';
import { checkRegistry } from './check-registry.ts';
import { toConnection, toKafkaOptions } from './options.ts';
import { openSchemaIdsOf, readEventSchemas, toRegistry } from './registry-options.ts';

export const kafkaKind: StoreKind = {
  isMeant: ({ KAFKA_BROKERS, SPOOL }) => KAFKA_BROKERS !== undefined && !SPOOL,
  describe: ({ KAFKA_BROKERS = [] }) => `Kafka at ${KAFKA_BROKERS.join(', ')}`,
  async open(context, meter) {
    const { createKafkaStore } = await import('./kafka-store.ts');
    return createKafkaStore({ ...toKafkaOptions(context), meter, schemaIds: await openSchemaIdsOf(context) });
  },
  read: openReader,
  async check(context, notes) {
    const { inspectKafka } = await import('./inspect.ts');
    const { topics: plans, partitions, maxMessageBytes, createTopics } = toKafkaOptions(context);
    const names = plans.map(({ name }) => name);
    await checkCluster(
      {
        inspect: () => inspectKafka(toConnection(context), names),
        plans,
        target: { partitions, maxMessageBytes },
        createTopics,
        expectedClusterId: context.settings().KAFKA_CLUSTER_ID ?? null,
      },
      notes,
    );
    const registry = toRegistry(context);
    if (registry !== null) await checkRegistry(registry, await readEventSchemas(), notes);
  },
  oneProcess: null,
  ownsJournal: false,
  lastRecordKeptMs: () => null,
  async elect(context, election) {
    const { joinForHold } = await import('./membership.ts');
    const { now, ...connection } = toConnection(context);
    return joinForHold({ ...election, connection, now });
  },
  besideService: null,
  openOrdered: openOrderedWriter,
  async topicAdmin(context) {
    const { createTopicAdmin } = await import('./topic-admin.ts');
    return createTopicAdmin(toConnection(context), toKafkaOptions(context));
  },
  beyondErasure: 'Kafka topics keep their records until their retention removes them; single ones cannot be taken out',
};

/** No request waits for these writes, and a write that is given up early may be stored twice. */
const FORWARD_TIMEOUT_MS = 10_000;

/** Writes records that are already durable elsewhere. */
export async function openOrderedWriter(context: StoreContext, meter?: StoreMeter): Promise<OrderedWriter> {
  const { createOrderedKafkaWriter } = await import('./ordered-writer.ts');
  const options = toKafkaOptions(context);
  const writeTimeoutMs = Math.max(FORWARD_TIMEOUT_MS, options.writeTimeoutMs);
  return createOrderedKafkaWriter({ ...options, writeTimeoutMs, meter, schemaIds: await openSchemaIdsOf(context) });
}

function openReader(context: StoreContext): StoreReader {
  const load = async () => (await import('./reader.ts')).createKafkaReader(toConnection(context));
  let reader: ReturnType<typeof load> | undefined;
  const loaded = () => {
    reader ??= load();
    return reader;
  };
  return {
    async *read(options) {
      yield* (await loaded()).read(options);
    },
    readBack: async (options) => (await loaded()).readBack(options),
    topics: async () => (await loaded()).listTopics(),
    close: () => undefined,
  };
}
