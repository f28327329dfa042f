import type { TopicDifference } from '../records/compare-topics.ts';

/** The planned topics, their differences from the existing ones, and how to apply them. */
export interface TopicAdmin {
  /** @throws HubcastError `store_unavailable` where the cluster does not answer */
  readonly differences: () => Promise<readonly TopicDifference[]>;
  readonly apply: (differences: readonly TopicDifference[]) => Promise<readonly TopicOutcome[]>;
  readonly wanted: readonly WantedTopic[];
}

/** The outcome for one difference. */
export interface TopicOutcome {
  readonly topic: string;
  readonly about: TopicDifference['about'];
  /** The reason why the change failed; null if it succeeded. */
  readonly problem: string | null;
}

export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  /** Null: the broker's default. */
  readonly replicas: number | null;
  readonly configs: Readonly<Record<string, string>>;
}
