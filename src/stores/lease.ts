import type { Positions } from '../records/record.ts';

/** The right of one replica to act for all, from when it was given until `signal` aborts. */
export interface Lease {
  /** Higher than that of every holder before. */
  readonly generation: number;
  readonly signal: AbortSignal;
  /** Asked before each act: false as soon as another replica may hold the lease. */
  readonly isValid: () => boolean;
  /** How far the holder before had read the topics. */
  readonly positions: (topics: readonly string[]) => Promise<Positions>;
  /** Rejects where another replica holds the lease. */
  readonly commit: (positions: Positions) => Promise<void>;
}

/** A member of the group from which the holder is chosen. */
export interface Membership {
  /** Gives the lease back, so that another replica has it at once. */
  readonly close: () => Promise<void>;
}
