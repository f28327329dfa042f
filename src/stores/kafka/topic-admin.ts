/** Kafka's topics for `hubcast topics`: the planned topics, their differences from the cluster, and how to apply them. */
import { HubcastError } from '../../core/errors.ts';
import { compareTopic, topicConfigs } from '../../records/compare-topics.ts';
import type { TopicAdmin } from '../topic-admin.ts';
import { alterTopics } from './alter-topics.ts';
import type { KafkaConnection } from './connection.ts';
import { inspectKafka } from './inspect.ts';
import type { KafkaStoreOptions } from './kafka-store.ts';

export function createTopicAdmin(connection: KafkaConnection, options: KafkaStoreOptions): TopicAdmin {
  const { topics: plans, partitions, maxMessageBytes, replicationFactor } = options;
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  return {
    async differences() {
      const { bootstraps, topics } = await inspectKafka(connection, [...byName.keys()]);
      if (topics === null) {
        const reason = bootstraps.map(({ address, problem }) => `${address}: ${problem}`).join('; ');
        throw new HubcastError('store_unavailable', `Kafka cannot be used (${reason}).`);
      }
      const sick = topics.find(({ problem, forbidden }) => problem !== null && forbidden);
      if (sick !== undefined) throw new HubcastError('store_unavailable', `Topic ${sick.name}: ${sick.problem}.`);
      const facts = new Map(topics.map((topic) => [topic.name, topic]));
      return plans.flatMap((plan) => {
        const found = facts.get(plan.name);
        return found === undefined ? [] : compareTopic(plan, found, { partitions, maxMessageBytes });
      });
    },
    apply: (differences) => alterTopics(connection, differences, { ...options, createTopics: true, plans: byName }),
    wanted: plans.map((plan) => ({
      name: plan.name,
      partitions,
      replicas: replicationFactor === -1 ? null : replicationFactor,
      configs: topicConfigs(plan, maxMessageBytes),
    })),
  };
}
