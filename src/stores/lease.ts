import type { Positions } from '../records/record.ts';

/** The right of one replica to act for all, valid until `signal` aborts. */
export interface Lease {
  /** Higher than the generation of every earlier holder. */
  readonly generation: number;
  readonly signal: AbortSignal;
  /**
   * Check before each write: false as soon as another replica may hold the lease, and while the replicas choose again.
   * True again if this one is chosen; if not, `signal` aborts.
   */
  readonly isValid: () => boolean;
  /** The positions up to which the previous holder read the topics. */
  readonly positions: (topics: readonly string[]) => Promise<Positions>;
  /** Rejects if another replica holds the lease. */
  readonly commit: (positions: Positions) => Promise<void>;
}

/** A member of the group that elects the holder. */
export interface Membership {
  /** Returns the lease, so that another replica gets it at once. */
  readonly close: () => Promise<void>;
}
