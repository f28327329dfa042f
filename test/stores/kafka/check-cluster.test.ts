import { describe, expect, it } from '@jest/globals';
import type { TopicFacts } from '../../../src/records/compare-topics.ts';
import type { TopicPlan } from '../../../src/records/topic-plans.ts';
import { type ClusterCheck, checkCluster } from '../../../src/stores/kafka/check-cluster.ts';
import type { ClusterFinding } from '../../../src/stores/kafka/cluster-findings.ts';
import type { KafkaFacts } from '../../../src/stores/kafka/inspect.ts';
import type { Finding } from '../../../src/stores/store-notes.ts';

const DAY_MS = 86_400_000;
const plan: TopicPlan = { family: 'messages', name: 'whatsapp.messages', retentionMs: 30 * DAY_MS, compacted: false };
const topic: TopicFacts = {
  name: plan.name,
  exists: true,
  problem: null,
  forbidden: false,
  partitions: 6,
  replicas: 3,
  behind: [],
  short: [],
  configs: { 'max.message.bytes': '6291456', 'cleanup.policy': 'delete', 'retention.ms': String(30 * DAY_MS) },
  used: true,
};
const broker = { address: 'a:9092', clusterId: 'one', problem: null };
const target = { partitions: 6, maxMessageBytes: 6291456 };

async function look(facts: Partial<KafkaFacts>, more: Partial<ClusterCheck> = {}) {
  const findings: Finding[] = [];
  const notes = { begin: () => undefined, skip: () => undefined, report: (one: Finding) => void findings.push(one) };
  const inspect = async () => ({ bootstraps: [broker], leaders: [], topics: [topic], ...facts });
  const check = { inspect, plans: [plan], target, createTopics: true, expectedClusterId: null, ...more };
  await checkCluster(check, notes);
  return findings;
}

const withTopic = (more: Partial<TopicFacts>) => ({ topics: [{ ...topic, ...more }] });
const missing = withTopic({ exists: false, partitions: 0, replicas: 0, configs: null, used: null });

const BROKEN: readonly (readonly [string, Partial<KafkaFacts>, ClusterFinding, string, Partial<ClusterCheck>?])[] = [
  [
    'no broker answers',
    { bootstraps: [{ ...broker, problem: 'ECONNREFUSED' }], topics: null },
    'kafka_unreachable',
    'ECONNREFUSED',
  ],
  [
    'one bootstrap broker is away',
    { bootstraps: [broker, { address: 'b:9092', clusterId: null, problem: 'ETIMEDOUT' }] },
    'kafka_bootstrap_unreachable',
    'b:9092',
  ],
  [
    'a leader cannot be reached where it says that it is',
    { leaders: [{ address: 'c:9092', problem: 'ENOTFOUND' }] },
    'kafka_leader_unreachable',
    'c:9092: ENOTFOUND',
  ],
  ['too few replicas are in sync', withTopic({ short: [0, 2] }), 'topic_few_in_sync', 'partition 0, 2'],
  [
    'a replica that lags may lead',
    withTopic({ configs: { ...topic.configs, 'unclean.leader.election.enable': 'true' } }),
    'topic_unclean_election',
    'unclean.leader.election.enable=true',
  ],
  [
    'the bootstrap brokers are of two clusters',
    { bootstraps: [broker, { ...broker, address: 'b:9092', clusterId: 'two' }] },
    'kafka_two_clusters',
    'b:9092: two',
  ],
  ['the cluster is another one', {}, 'kafka_other_cluster', 'KAFKA_CLUSTER_ID is two', { expectedClusterId: 'two' }],
  ['a topic is missing', missing, 'topic_missing', plan.name, { createTopics: false }],
  ['a topic is not created yet', missing, 'topic_not_created_yet', plan.name],
  [
    'a topic is forbidden',
    withTopic({ problem: 'TOPIC_AUTHORIZATION_FAILED', forbidden: true }),
    'topic_forbidden',
    'AUTHORIZATION',
  ],
  ['a topic has no leader', withTopic({ problem: 'partition 2 has no leader' }), 'topic_unusable', 'partition 2'],
  ['replicas are behind', withTopic({ behind: [1, 4] }), 'topic_replicas_behind', '1, 4'],
  ['there is one copy only', withTopic({ replicas: 1 }), 'topic_single_copy', plan.name],
  ['the settings may not be read', withTopic({ configs: null }), 'topic_settings_hidden', plan.name],
  [
    'the topic takes small records only',
    withTopic({ configs: { ...topic.configs, 'max.message.bytes': '1048588' } }),
    'topic_settings_differ',
    'max.message.bytes=1048588',
  ],
  [
    'the topic is compacted',
    withTopic({ configs: { ...topic.configs, 'cleanup.policy': 'compact' } }),
    'topic_compacted',
    'cleanup.policy=compact',
  ],
  [
    'events are deleted within a day',
    withTopic({ configs: { ...topic.configs, 'retention.ms': String(DAY_MS - 1) } }),
    'topic_retention_tiny',
    '0.9 days',
  ],
  [
    'events are deleted while Meta still sends again',
    withTopic({ configs: { ...topic.configs, 'retention.ms': String(8 * DAY_MS - 1) } }),
    'topic_retention_short',
    '7.9 days',
  ],
];

describe('the check of a cluster', () => {
  it('is silent when all is well, with a retention of eight days or without an end, and with more partitions', async () => {
    expect(await look({})).toEqual([]);
    for (const retention of [String(8 * DAY_MS), '-1']) {
      const configs = { ...topic.configs, 'retention.ms': retention };
      expect(await look(withTopic({ configs, partitions: 12 }), { expectedClusterId: 'one' })).toEqual([]);
    }
  });

  it('judges a family whose own plan is shorter by that, and prints the command', async () => {
    const week = { ...plan, retentionMs: 7 * DAY_MS };
    const retention = (ms: number) => withTopic({ configs: { ...topic.configs, 'retention.ms': String(ms) } });
    expect(await look(retention(7 * DAY_MS), { plans: [week] })).toEqual([]);
    const [found] = await look(retention(6 * DAY_MS), { plans: [week] });
    expect(found?.fix).toContain(
      'kafka-configs.sh --bootstrap-server a:9092 --alter --entity-type topics --entity-name whatsapp.messages --add-config retention.ms=604800000',
    );
  });

  it.each(BROKEN)('finds that %s', async (_name, facts, code, said, more = {}) => {
    const findings = await look(facts, more);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]?.what).toContain(said);
  });
});
