import type { ReadOptions, StoredRecord } from '../../../src/records/record.ts';
import { createKafkaReader } from '../../../src/stores/kafka/reader.ts';
import { describeKafka, sharedBrokers } from '../../support/kafka.ts';
import { describeStore, type OpenedStore } from '../conformance.ts';
import { makeScratchDir, removeScratchDir } from '../journal/support/scratch.ts';
import { createTopic, log, topicPlan } from '../kafka/support.ts';
import { kafkaWriter, openTestSpool } from './support/open-test-spool.ts';

async function open(brokers: readonly string[], dataDir: string): Promise<OpenedStore> {
  const store = await openTestSpool(dataDir, { openKafka: () => kafkaWriter(brokers, []) });
  const { read } = createKafkaReader({ brokers, clientId: 'hubcast-test', log, now: Date.now });
  /** Kafka has what was stored only a moment later. */
  async function* readOnceThere(options: ReadOptions): AsyncGenerator<StoredRecord> {
    if (options.signal?.aborted) return;
    await store.caughtUp();
    yield* read(options);
  }
  return {
    store,
    read: readOnceThere,
    topic: async () => {
      const { name } = topicPlan('messages');
      await createTopic(brokers, name, { 'max.message.bytes': String(6 * 1024 * 1024) });
      return name;
    },
    reopen: async () => {
      await store.close();
      return open(brokers, dataDir);
    },
    dispose: async () => {
      await store.close();
      removeScratchDir(dataDir);
    },
  };
}

describeKafka('conformance', () => {
  describeStore({
    name: 'spool',
    open: async () => open(await sharedBrokers(), makeScratchDir()),
    remembersWhenReopened: true,
  });
});
