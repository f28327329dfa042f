import type { FindingKind } from '../store-notes.ts';

/** Everything that the check of a cluster and its topics can find. */
export const CLUSTER_FINDINGS = {
  kafka_unreachable: {
    severity: 'error',
    why: 'Without Kafka every webhook gets 503.',
    fix: 'Check KAFKA_BROKERS, the way there, and the settings KAFKA_TLS and KAFKA_SASL_MECHANISM.',
  },
  kafka_bootstrap_unreachable: {
    severity: 'warning',
    why: 'When the other bootstrap brokers are away too, hubcast does not find the cluster.',
    fix: 'Start that broker, or take it out of KAFKA_BROKERS.',
  },
  kafka_leader_unreachable: {
    severity: 'error',
    why: 'Webhooks with events for its partitions get 503.',
    fix: 'Start that broker; or correct its advertised.listeners, which must name an address that hubcast reaches.',
  },
  kafka_two_clusters: {
    severity: 'error',
    why: 'Events would go to one cluster or the other, by chance.',
    fix: 'Name brokers of one cluster in KAFKA_BROKERS.',
  },
  kafka_other_cluster: {
    severity: 'error',
    why: 'Events go where nobody reads them, and the ones stored so far are elsewhere.',
    fix: 'Correct KAFKA_BROKERS; or, when the cluster was replaced on purpose, KAFKA_CLUSTER_ID.',
  },
  schema_registry_unreachable: {
    severity: 'warning',
    why: 'A start without it registers no schema: with KAFKA_VALUE_FORMAT=registry values are plain JSON until it answers.',
    fix: 'Check SCHEMA_REGISTRY_URL, the log-in and the way there.',
  },
  schema_refused: {
    severity: 'warning',
    why: 'Consumers find no schema for these events: with KAFKA_VALUE_FORMAT=registry their values are plain JSON.',
    fix: "Remove the other schema from the subject, or set the subject's compatibility to NONE and start hubcast.",
  },
  schema_not_registered_yet: {
    severity: 'info',
    why: 'hubcast registers them when it starts.',
    fix: 'Start hubcast.',
  },
  topic_missing: {
    severity: 'error',
    why: 'Webhooks with events for it get 503.',
    fix: 'Run "hubcast topics apply", or set KAFKA_CREATE_TOPICS=on and start hubcast.',
  },
  topic_not_created_yet: {
    severity: 'info',
    why: 'hubcast creates it when it starts (KAFKA_CREATE_TOPICS=on).',
    fix: 'Start hubcast, or run "hubcast topics apply".',
  },
  topic_forbidden: {
    severity: 'error',
    why: 'Webhooks with events for it get 503.',
    fix: "Grant hubcast's user Describe, DescribeConfigs, Read and Write on the topic (kafka-acls --add --operation Write ...).",
  },
  topic_unusable: {
    severity: 'error',
    why: 'Webhooks with events for it get 503 until this passes.',
    fix: 'See the brokers that hold its partitions: one of them has to lead each.',
  },
  topic_replicas_behind: {
    severity: 'warning',
    why: 'When one more broker fails, webhooks get 503, or acknowledged events are lost.',
    fix: 'See which broker is away or slow; its replicas catch up by themselves.',
  },
  topic_few_in_sync: {
    severity: 'warning',
    why: 'Kafka may refuse writes to it, and webhooks with events for it get 503 then.',
    fix: 'See which broker is away or slow; or lower min.insync.replicas to the number of replicas.',
  },
  topic_unclean_election: {
    severity: 'warning',
    why: 'A replica that lags may become the leader, and acknowledged events are lost then.',
    fix: 'Set unclean.leader.election.enable=false on the topic (kafka-configs --alter --add-config ...).',
  },
  topic_single_copy: {
    severity: 'warning',
    why: 'A 200 means acknowledged by all in-sync replicas: with one copy, losing one broker loses acknowledged events.',
    fix: 'Use three replicas and min.insync.replicas=2 (kafka-reassign-partitions; for new topics KAFKA_REPLICATION_FACTOR=3).',
  },
  topic_settings_differ: {
    severity: 'warning',
    why: 'Larger events become dead-letter chunks where max.message.bytes is small; the topic of current states grows without compaction.',
    fix: 'Run "hubcast topics plan" to see it, and "hubcast topics apply" to set it.',
  },
  topic_compacted: {
    severity: 'error',
    why: 'Compaction deletes all but the last event of a key: acknowledged events are lost.',
    fix: 'Run "hubcast topics apply", which sets cleanup.policy=delete.',
  },
  topic_retention_tiny: {
    severity: 'error',
    why: 'Events are deleted within a day: a consumer that is away overnight loses them.',
    fix: 'Set retention.ms of the topic to 691200000 (8 days) or more.',
  },
  topic_retention_short: {
    severity: 'warning',
    why: 'Meta sends a failed webhook again for 7 days. A consumer that is away as long loses events, and cannot recognise repetitions.',
    fix: 'Set retention.ms of the topic to 691200000 (8 days) or more.',
  },
  topic_settings_hidden: {
    severity: 'info',
    why: 'The largest event the topic takes is assumed to be 1 MiB, and cleanup.policy is not checked.',
    fix: "Grant hubcast's user DescribeConfigs on the topic.",
  },
} as const satisfies Record<string, FindingKind>;

export type ClusterFinding = keyof typeof CLUSTER_FINDINGS;
