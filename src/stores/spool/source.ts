/** The part of a journal that forwarding needs; stores/journal implements it. */
import type { OutgoingRecord } from '../../records/record.ts';

export interface SpooledRecord extends OutgoingRecord {
  /** Rises in the order of storing, with gaps. */
  readonly offset: number;
}

export interface ForwardingProgress {
  /** All records up to this offset are in Kafka or parked. */
  readonly position: number;
  /** Offsets beyond it that are in Kafka or parked too. */
  readonly ahead: readonly number[];
  /** Records to park, with the reason. */
  readonly parked: readonly { readonly offset: number; readonly reason: string }[];
  /** Remove forwarded records. */
  readonly trim: boolean;
}

export interface ForwardingBacklog {
  readonly position: number;
  readonly ahead: readonly number[];
  readonly records: number;
  readonly bytes: number;
  /** False while counting: the totals are then lower bounds. */
  readonly counted: boolean;
  /** Time of receipt of the oldest record, ms since 1970. */
  readonly oldestMs: number | null;
  readonly parked: number;
}

export interface Source {
  /** The records after an offset, in order. */
  readonly take: (
    after: number,
    maxBytes: number,
  ) => Promise<{ readonly records: readonly SpooledRecord[]; readonly upTo: number; readonly more: boolean }>;
  /** Resolves when the progress is durable. Calls must not overlap. */
  readonly advance: (progress: ForwardingProgress) => Promise<void>;
  readonly backlog: () => Promise<ForwardingBacklog>;
}
