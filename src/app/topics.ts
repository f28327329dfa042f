/** From settings to the topics there should be, how they differ from those there are, and what is done about it. */
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { compareTopic, type TopicDifference, topicConfigs } from '../records/compare-topics.ts';
import { type AlterOutcome, alterTopics } from '../stores/kafka/alter-topics.ts';
import { inspectKafka } from '../stores/kafka/inspect.ts';
import { kafkaConnection, toKafkaOptions } from '../stores/select.ts';

export interface OpenTopics {
  readonly brokers: readonly string[];
  /** @throws HubcastError `store_unavailable` where Kafka does not answer */
  readonly differences: () => Promise<readonly TopicDifference[]>;
  readonly apply: (differences: readonly TopicDifference[]) => Promise<readonly AlterOutcome[]>;
  /** As resources of the Strimzi operator. */
  readonly wanted: readonly {
    readonly name: string;
    readonly partitions: number;
    /** Null: the broker's default. */
    readonly replicas: number | null;
    readonly configs: Readonly<Record<string, string>>;
  }[];
}

/** @throws HubcastError `usage` where events go to the journal */
export function openTopics(settings: StoreSettings, log: Logger): OpenTopics {
  const brokers = settings.KAFKA_BROKERS;
  if (brokers === undefined) {
    throw new HubcastError('usage', 'KAFKA_BROKERS is not set: events go to the journal, which has no topics to make.');
  }
  const options = toKafkaOptions(() => settings, brokers, log);
  const { topics: plans, partitions, maxMessageBytes, replicationFactor } = options;
  const connection = kafkaConnection(() => settings, brokers, log);
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  return {
    brokers,
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
