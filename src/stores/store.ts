import type { ErrorCode } from '../core/errors.ts';
import type { OutgoingRecord } from '../records/record.ts';

/**
 * Resolves when every record is durable: acknowledged by all in-sync replicas, or synced to disk. Rejects with a
 * HubcastError (`store_unavailable`, `write_timed_out`, `store_full`, …) when that is unknown or did not happen.
 */
export type Append = (records: readonly OutgoingRecord[]) => Promise<void>;

/** What is durable on disk and not in Kafka yet. */
export interface SpoolLag {
  readonly records: number;
  readonly bytes: number;
  /** At which requests are refused; what is remembered of events that left counts too. */
  readonly maxBytes: number;
  /** False for a while after a start: then there is more than these numbers say. */
  readonly counted: boolean;
  /** Of the oldest; null when there is none. */
  readonly ageMs: number | null;
  /** Set aside, as Kafka refuses them for good. */
  readonly parked: number;
}

export type Readiness =
  | { readonly ready: true; readonly warnings?: readonly string[]; readonly spool?: SpoolLag }
  | { readonly ready: false; readonly reason: string };

/** What waits in a store to be written. */
export interface Backlog {
  readonly records: number;
  /** How long the oldest request waits, in ms; 0 when none does. */
  readonly oldestMs: number;
}

/** A durable home for records. Journal and Kafka pass the same conformance suite (test/stores/conformance.ts). */
export interface Store {
  readonly append: Append;
  /** Whether a write would succeed now, and why not. Cheap enough for a probe each second. */
  readonly readiness: () => Promise<Readiness>;
  /** Waits for writes under way (up to their deadline), then lets go of files and connections. Idempotent. */
  readonly close: () => Promise<void>;
  /** Asked before a request is read: two numbers, nothing computed. */
  readonly backlog?: () => Backlog;
  /** Only where records are on disk first, and in Kafka later. */
  readonly lag?: () => Promise<SpoolLag>;
}

/** Told what a store does, in plain calls on its way: for metrics. None of them may throw or wait. */
export interface StoreMeter {
  /** Records that requests wait for; negative once they are settled. */
  readonly underWay: (records: number) => void;
  /** One write ended, well or not, `ms` after it began. */
  readonly wrote: (records: number, ms: number) => void;
  /** The write of one request failed. */
  readonly failed: (code: ErrorCode) => void;
  /** Records that were not stored because their id was, or is being stored. */
  readonly repeated: (records: number) => void;
  /** A record was refused for good, and is kept as dead letters. */
  readonly refused: () => void;
}
