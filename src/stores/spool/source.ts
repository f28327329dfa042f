/** What forwarding needs of a journal; stores/journal has it. */
import type { OutgoingRecord } from '../../records/record.ts';

export interface SpooledRecord extends OutgoingRecord {
  /** Rises in the order of storing, with gaps. */
  readonly offset: number;
}

export interface ForwardingProgress {
  /** All records up to this offset are in Kafka or parked. */
  readonly position: number;
  /** So are these beyond it. */
  readonly ahead: readonly number[];
  /** To be set aside, with the reason. */
  readonly parked: readonly { readonly offset: number; readonly reason: string }[];
  /** Remove what is in Kafka. */
  readonly trim: boolean;
}

export interface ForwardingBacklog {
  readonly position: number;
  readonly ahead: readonly number[];
  readonly records: number;
  readonly bytes: number;
  /** False while it is still being counted: there is more than this. */
  readonly counted: boolean;
  /** When the oldest of them was received, ms since 1970. */
  readonly oldestMs: number | null;
  readonly parked: number;
}

export interface Source {
  readonly take: (
    after: number,
    maxBytes: number,
  ) => Promise<{ readonly records: readonly SpooledRecord[]; readonly upTo: number; readonly more: boolean }>;
  /** Resolves when it is durable. Calls must not overlap. */
  readonly advance: (progress: ForwardingProgress) => Promise<void>;
  readonly backlog: () => Promise<ForwardingBacklog>;
}
