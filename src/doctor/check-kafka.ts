/** Kafka: the cluster, and the topics as hubcast writes to them. */
import { compareTopic, type TopicFacts, type TopicTarget } from '../records/compare-topics.ts';
import type { TopicPlan } from '../records/topics.ts';
import type { Notes } from './notes.ts';

export interface ClusterFacts {
  readonly bootstraps: readonly {
    readonly address: string;
    readonly clusterId: string | null;
    readonly problem: string | null;
  }[];
  readonly topics: readonly TopicFacts[] | null;
}

export interface KafkaCheck {
  readonly inspect: () => Promise<ClusterFacts>;
  readonly plans: readonly TopicPlan[];
  readonly target: TopicTarget;
  readonly createTopics: boolean;
  /** KAFKA_CLUSTER_ID. */
  readonly expectedClusterId: string | null;
  readonly notes: Notes;
}

export async function checkKafka(check: KafkaCheck): Promise<void> {
  const { inspect, expectedClusterId, notes } = check;
  notes.begin('Kafka');
  const { bootstraps, topics } = await inspect();
  const away = bootstraps.filter(({ problem }) => problem !== null);
  const listed = away.map(({ address, problem }) => `${address}: ${problem}`).join('; ');
  if (topics === null) {
    notes.find('kafka_unreachable', `No broker of KAFKA_BROKERS can be used (${listed}).`);
    return notes.skip('topics', 'Kafka cannot be used');
  }
  if (away.length > 0) notes.find('kafka_bootstrap_unreachable', `A bootstrap broker cannot be used (${listed}).`);
  const byCluster = Map.groupBy(
    bootstraps.filter(({ clusterId }) => clusterId !== null),
    ({ clusterId }) => clusterId,
  );
  if (byCluster.size > 1) {
    const which = [...byCluster].map(
      ([id, ofCluster]) => `${ofCluster.map(({ address }) => address).join(', ')}: ${id}`,
    );
    notes.find('kafka_two_clusters', `The bootstrap brokers belong to different clusters (${which.join('; ')}).`);
  }
  const other = [...byCluster.keys()].find((id) => id !== expectedClusterId);
  if (expectedClusterId !== null && other != null) {
    notes.find('kafka_other_cluster', `The cluster is ${other}; KAFKA_CLUSTER_ID is ${expectedClusterId}.`);
  }
  notes.begin('topics');
  const facts = new Map(topics.map((topic) => [topic.name, topic]));
  for (const plan of check.plans) {
    const topic = facts.get(plan.name);
    if (topic !== undefined) judgeTopic(plan, topic, check);
  }
  const single = topics.filter(({ replicas }) => replicas === 1).map(({ name }) => name);
  if (single.length > 0) notes.find('topic_single_copy', `One copy only: ${single.join(', ')}.`);
}

function judgeTopic(plan: TopicPlan, topic: TopicFacts, { target, createTopics, notes }: KafkaCheck): void {
  if (!topic.exists) {
    if (createTopics) notes.find('topic_not_created_yet', `Topic ${plan.name} does not exist yet.`);
    else notes.find('topic_missing', `Topic ${plan.name} does not exist, and KAFKA_CREATE_TOPICS is off.`);
    return;
  }
  if (topic.problem !== null) {
    const what = `Topic ${plan.name} cannot be used: ${topic.problem}.`;
    notes.find(topic.forbidden ? 'topic_forbidden' : 'topic_unusable', what);
    return;
  }
  if (topic.behind.length > 0) {
    notes.find(
      'topic_replicas_behind',
      `Topic ${plan.name}: replicas of partition ${topic.behind.join(', ')} are behind.`,
    );
  }
  if (topic.configs === null) {
    notes.find('topic_settings_hidden', `The settings of topic ${plan.name} may not be read.`);
    return;
  }
  const wrong = compareTopic(plan, topic, target).filter(
    ({ about, action }) => action === 'alter' && about !== 'partitions',
  );
  for (const { about, is, should } of wrong) {
    notes.find('topic_settings_differ', `Topic ${plan.name} has ${about}=${is}; it should be ${should}.`);
  }
}
