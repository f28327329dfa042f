import type { ErrorCode } from '../core/errors.ts';
import type { OutgoingRecord } from '../records/record.ts';

/**
 * Resolves when every record is durable: acknowledged by all in-sync replicas, or synced to disk. Rejects with a
 * HubcastError (`store_unavailable`, `write_timed_out`, `store_full`, …) when that is unknown or did not happen.
 */
export type Append = (records: readonly OutgoingRecord[]) => Promise<void>;

/** The records that are durable on disk and not yet in Kafka. */
export interface SpoolLag {
  readonly records: number;
  readonly bytes: number;
  /** Requests are rejected at this size, which includes the dedupe ids of forwarded events. */
  readonly maxBytes: number;
  /** False for a while after a start: the totals are then lower bounds. */
  readonly counted: boolean;
  /** Age of the oldest record; null without records. */
  readonly ageMs: number | null;
  /** Records that Kafka refuses permanently. */
  readonly parked: number;
}

/** How full the file of a store is: bytes in use, and the bound that its setting gives. */
export interface FileUse {
  readonly bytes: number;
  readonly maxBytes: number;
}

export type Readiness =
  | {
      readonly ready: true;
      readonly warnings?: readonly string[];
      readonly spool?: SpoolLag;
      /** Only of the journal. */
      readonly file?: FileUse;
    }
  | { readonly ready: false; readonly reason: string };

/** The requests that wait for a write of the store. */
export interface StoreBacklog {
  readonly records: number;
  /** Waiting time of the oldest request in ms; 0 without waiting requests. */
  readonly oldestMs: number;
}

/** Stores records durably. Journal and Kafka pass the same conformance suite (test/stores/conformance.ts). */
export interface Store {
  readonly append: Append;
  /** Whether a write would succeed now, and why not. Cheap enough for a probe each second. */
  readonly readiness: () => Promise<Readiness>;
  /** Waits for pending writes up to their deadline, then closes files and connections. Idempotent. */
  readonly close: () => Promise<void>;
  /** Read before each request, so it must be cheap: two numbers. */
  readonly backlog?: () => StoreBacklog;
  /** Only for stores that write to disk first and to Kafka later. */
  readonly lag?: () => Promise<SpoolLag>;
}

/** Counts what a store does, for metrics. Its functions must not throw or wait. */
export interface StoreMeter {
  /** Change of the number of records that requests wait for; negative when they settle. */
  readonly underWay: (records: number) => void;
  /** One write succeeded or failed `ms` after it began. */
  readonly wrote: (records: number, ms: number) => void;
  /** One request failed: its write, or its deadline passed. */
  readonly failed: (code: ErrorCode) => void;
  /** Records that were not stored because a record with their id is stored or pending. */
  readonly repeated: (records: number) => void;
  /** A record was refused permanently and is kept as dead letters. */
  readonly refused: () => void;
}
