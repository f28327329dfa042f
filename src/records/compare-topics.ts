/** Topics as they should be against topics as they are: what doctor reports and what `hubcast topics` does about it. */
import type { TopicPlan } from './topic-plans.ts';

/** A topic as the cluster has it. */
export interface TopicFacts {
  readonly name: string;
  readonly exists: boolean;
  /** Why it cannot be used now. */
  readonly problem: string | null;
  /** The problem is a right that is missing. */
  readonly forbidden: boolean;
  readonly partitions: number;
  /** The fewest copies of any of its partitions. */
  readonly replicas: number;
  /** Partitions whose replicas are not all in sync. */
  readonly behind: readonly number[];
  /** Partitions with fewer replicas in sync than `min.insync.replicas`: Kafka may refuse writes to them. */
  readonly short: readonly number[];
  /** Null where it may not be asked. */
  readonly configs: Readonly<Record<string, string | null>> | null;
  /** Whether it has ever had a record; null where that is not known. */
  readonly used: boolean | null;
}

/** What the settings ask of every topic. */
export interface TopicTarget {
  readonly partitions: number;
  readonly maxMessageBytes: number;
}

/**
 * - `create`, `alter`: what apply does.
 * - `keep`: differs, and is the operator's to decide.
 * - `refuse`: must not be done.
 */
export interface TopicDifference {
  readonly topic: string;
  readonly about: 'topic' | 'partitions' | 'max.message.bytes' | 'cleanup.policy' | 'retention.ms';
  readonly is: string | null;
  readonly should: string;
  readonly action: 'create' | 'alter' | 'keep' | 'refuse';
  readonly reason: string;
}

/** The settings a topic should have. */
export function topicConfigs(plan: TopicPlan, maxMessageBytes: number): Readonly<Record<string, string>> {
  return {
    'max.message.bytes': String(maxMessageBytes),
    ...(plan.compacted
      ? { 'cleanup.policy': 'compact' }
      : { 'cleanup.policy': 'delete', 'retention.ms': String(plan.retentionMs) }),
  };
}

export function compareTopic(plan: TopicPlan, facts: TopicFacts, target: TopicTarget): readonly TopicDifference[] {
  const topic = plan.name;
  if (!facts.exists) {
    const should = `${target.partitions} partitions`;
    return [{ topic, about: 'topic', is: null, should, action: 'create', reason: 'It is missing.' }];
  }
  return [...comparePartitions(plan, facts, target), ...compareConfigs(plan, facts, target)];
}

function comparePartitions({ name }: TopicPlan, facts: TopicFacts, target: TopicTarget): readonly TopicDifference[] {
  if (facts.problem !== null || facts.partitions === target.partitions) return [];
  const difference = {
    topic: name,
    about: 'partitions',
    is: String(facts.partitions),
    should: String(target.partitions),
  } as const;
  if (facts.partitions > target.partitions) {
    return [
      { ...difference, action: 'keep', reason: 'Kafka never takes partitions away; more than asked for is no harm.' },
    ];
  }
  if (facts.used === false) {
    return [{ ...difference, action: 'alter', reason: 'It has no records yet, so no key changes its partition.' }];
  }
  const reason =
    'It is in use, and its records have keys: with more partitions a key goes to another one, and the order of its events is lost. Set KAFKA_PARTITIONS to what is there, or make new topics with another TOPIC_PREFIX.';
  return [{ ...difference, action: 'refuse', reason }];
}

function compareConfigs(plan: TopicPlan, { configs }: TopicFacts, target: TopicTarget): readonly TopicDifference[] {
  if (configs === null) return [];
  const differences: TopicDifference[] = [];
  const should = topicConfigs(plan, target.maxMessageBytes);
  const note = (about: TopicDifference['about'], action: TopicDifference['action'], reason: string) =>
    differences.push({
      topic: plan.name,
      about,
      is: configs[about] ?? null,
      should: should[about] ?? '',
      action,
      reason,
    });
  const largest = configs['max.message.bytes'];
  if (largest != null && Number(largest) < target.maxMessageBytes) {
    note('max.message.bytes', 'alter', 'Larger events would be stored as dead-letter chunks.');
  }
  const policy = configs['cleanup.policy'];
  if (policy != null && policy.includes('compact') !== plan.compacted) {
    const reason = plan.compacted ? 'The current state has to be kept.' : 'Compaction drops events of the same key.';
    note('cleanup.policy', 'alter', reason);
  }
  const retention = configs['retention.ms'];
  if (!plan.compacted && retention != null && retention !== should['retention.ms']) {
    note(
      'retention.ms',
      'keep',
      'How long events are kept is yours to choose; a shorter time would delete some at once.',
    );
  }
  return differences;
}
