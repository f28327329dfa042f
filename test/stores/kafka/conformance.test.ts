import { createKafkaReader } from '../../../src/stores/kafka/reader.ts';
import { describeKafka, sharedBrokers } from '../../support/kafka.ts';
import { describeStore, type OpenedStore } from '../conformance.ts';
import { createTopic, log, openStore, topicPlan } from './support.ts';

async function open(brokers: readonly string[]): Promise<OpenedStore> {
  const store = openStore(brokers, []);
  const { read } = createKafkaReader({ brokers, clientId: 'hubcast-test', log, now: Date.now });
  return {
    store,
    read,
    topic: async () => {
      const { name } = topicPlan('messages');
      await createTopic(brokers, name, { 'max.message.bytes': String(6 * 1024 * 1024) });
      return name;
    },
    reopen: async () => {
      await store.close();
      return open(brokers);
    },
    dispose: () => store.close(),
  };
}

describeKafka('conformance', () => {
  describeStore({ name: 'Kafka', open: async () => open(await sharedBrokers()), remembersWhenReopened: false });
});
