import type { TopicDifference } from '../records/compare-topics.ts';

/** The topics there should be, how they differ from those there are, and the means to change them. */
export interface TopicAdmin {
  /** @throws HubcastError `store_unavailable` where the cluster does not answer */
  readonly differences: () => Promise<readonly TopicDifference[]>;
  readonly apply: (differences: readonly TopicDifference[]) => Promise<readonly TopicOutcome[]>;
  readonly wanted: readonly WantedTopic[];
}

/** What became of one difference. */
export interface TopicOutcome {
  readonly topic: string;
  readonly about: TopicDifference['about'];
  /** Why it could not be done, null when it was. */
  readonly problem: string | null;
}

export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  /** Null: the broker's default. */
  readonly replicas: number | null;
  readonly configs: Readonly<Record<string, string>>;
}
