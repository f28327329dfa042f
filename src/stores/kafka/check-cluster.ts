/** What `hubcast doctor` finds of Kafka: the cluster, and the topics as hubcast writes to them. */
import { compareTopic, type TopicFacts, type TopicTarget } from '../../records/compare-topics.ts';
import type { TopicPlan } from '../../records/topic-plans.ts';
import type { StoreNotes } from '../store-notes.ts';
import { CLUSTER_FINDINGS, type ClusterFinding } from './cluster-findings.ts';
import type { KafkaFacts } from './inspect.ts';

export interface ClusterCheck {
  readonly inspect: () => Promise<KafkaFacts>;
  readonly plans: readonly TopicPlan[];
  readonly target: TopicTarget;
  readonly createTopics: boolean;
  /** KAFKA_CLUSTER_ID. */
  readonly expectedClusterId: string | null;
}

type Find = (code: ClusterFinding, what: string, fix?: string) => void;

export async function checkCluster(check: ClusterCheck, notes: StoreNotes): Promise<void> {
  const { inspect, expectedClusterId } = check;
  const find: Find = (code, what, fix = CLUSTER_FINDINGS[code].fix) =>
    notes.report({ code, ...CLUSTER_FINDINGS[code], what, fix });
  notes.begin('Kafka');
  const { bootstraps, leaders, topics } = await inspect();
  const away = bootstraps.filter(({ problem }) => problem !== null);
  const listed = away.map(({ address, problem }) => `${address}: ${problem}`).join('; ');
  if (topics === null) {
    find('kafka_unreachable', `No broker of KAFKA_BROKERS can be used (${listed}).`);
    return notes.skip('topics', 'Kafka cannot be used');
  }
  if (away.length > 0) find('kafka_bootstrap_unreachable', `A bootstrap broker cannot be used (${listed}).`);
  const unreachable = leaders.filter(({ problem }) => problem !== null);
  if (unreachable.length > 0) {
    const which = unreachable.map(({ address, problem }) => `${address}: ${problem}`).join('; ');
    find('kafka_leader_unreachable', `A broker that leads partitions cannot be reached (${which}).`);
  }
  const byCluster = Map.groupBy(
    bootstraps.filter(({ clusterId }) => clusterId !== null),
    ({ clusterId }) => clusterId,
  );
  if (byCluster.size > 1) {
    const which = [...byCluster].map(
      ([id, ofCluster]) => `${ofCluster.map(({ address }) => address).join(', ')}: ${id}`,
    );
    find('kafka_two_clusters', `The bootstrap brokers belong to different clusters (${which.join('; ')}).`);
  }
  const other = [...byCluster.keys()].find((id) => id !== expectedClusterId);
  if (expectedClusterId !== null && other != null) {
    find('kafka_other_cluster', `The cluster is ${other}; KAFKA_CLUSTER_ID is ${expectedClusterId}.`);
  }
  notes.begin('topics');
  const broker = bootstraps.find(({ problem }) => problem === null)?.address ?? '<broker>';
  const facts = new Map(topics.map((topic) => [topic.name, topic]));
  for (const plan of check.plans) {
    const topic = facts.get(plan.name);
    if (topic !== undefined) judgeTopic(plan, topic, { ...check, broker }, find);
  }
  const single = topics.filter(({ replicas }) => replicas === 1).map(({ name }) => name);
  if (single.length > 0) find('topic_single_copy', `One copy only: ${single.join(', ')}.`);
}

interface Judged extends ClusterCheck {
  /** A broker that answers; commands in hints name it. */
  readonly broker: string;
}

function judgeTopic(plan: TopicPlan, topic: TopicFacts, { target, createTopics, broker }: Judged, find: Find): void {
  if (!topic.exists) {
    if (createTopics) find('topic_not_created_yet', `Topic ${plan.name} does not exist yet.`);
    else find('topic_missing', `Topic ${plan.name} does not exist, and KAFKA_CREATE_TOPICS is off.`);
    return;
  }
  if (topic.problem !== null) {
    const what = `Topic ${plan.name} cannot be used: ${topic.problem}.`;
    find(topic.forbidden ? 'topic_forbidden' : 'topic_unusable', what);
    return;
  }
  if (topic.behind.length > 0) {
    find('topic_replicas_behind', `Topic ${plan.name}: replicas of partition ${topic.behind.join(', ')} are behind.`);
  }
  if (topic.short.length > 0) {
    const which = `partition ${topic.short.join(', ')}`;
    find('topic_few_in_sync', `Topic ${plan.name} has fewer replicas in sync than min.insync.replicas in ${which}.`);
  }
  if (topic.configs === null) {
    find('topic_settings_hidden', `The settings of topic ${plan.name} may not be read.`);
    return;
  }
  if (topic.configs['unclean.leader.election.enable'] === 'true') {
    find('topic_unclean_election', `Topic ${plan.name} has unclean.leader.election.enable=true.`);
  }
  const wrong = compareTopic(plan, topic, target).filter(
    ({ about, action }) => action === 'alter' && about !== 'partitions',
  );
  for (const { about, is, should } of wrong) {
    const code = about === 'cleanup.policy' && !plan.compacted ? 'topic_compacted' : 'topic_settings_differ';
    find(code, `Topic ${plan.name} has ${about}=${is}; it should be ${should}.`);
  }
  if (!plan.compacted) judgeRetention(plan, topic.configs['retention.ms'], { broker, find });
}

const DAY_MS = 86_400_000;
/** Meta retries for seven days. With eight days a retry on the last day is still deduplicated. */
const SAFE_DAYS = 8;

/** -1 means unlimited. A family with a shorter planned retention is compared with its plan. */
function judgeRetention(
  { name, retentionMs }: TopicPlan,
  given: string | null | undefined,
  { broker, find }: { readonly broker: string; readonly find: Find },
): void {
  const isMs = Number(given ?? -1);
  const safeMs = Math.min(SAFE_DAYS * DAY_MS, retentionMs);
  if (isMs < 0 || isMs >= safeMs) return;
  const days = Math.floor((10 * isMs) / DAY_MS) / 10;
  const code = isMs < Math.min(DAY_MS, retentionMs) ? 'topic_retention_tiny' : 'topic_retention_short';
  const command = `kafka-configs.sh --bootstrap-server ${broker} --alter --entity-type topics --entity-name ${name} --add-config retention.ms=${safeMs}`;
  find(
    code,
    `Topic ${name} has retention.ms=${isMs}, ${days} days.`,
    `Run "${command}", with the client's settings for TLS and SASL where the cluster needs them.`,
  );
}
