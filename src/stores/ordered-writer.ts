import type { HubcastError } from '../core/errors.ts';
import type { OutgoingRecord } from '../records/record.ts';
import type { Readiness } from './store.ts';

/**
 * Writes records that are durable elsewhere already, such that who comes back for those that failed finds the order within
 * each topic as it was. Resolves to one outcome for each record: null when it is durable, `record_refused` when it can
 * never be; else it was perhaps not stored, and neither was any later record of its topic.
 */
export type WriteInOrder = (records: readonly OutgoingRecord[]) => Promise<readonly (HubcastError | null)[]>;

export interface OrderedWriter {
  /** Calls must not overlap. */
  readonly write: WriteInOrder;
  /** Whether a write would succeed now, and why not. */
  readonly readiness: () => Promise<Readiness>;
  /** Lets go of connections. A write under way ends with what is known by then. */
  readonly close: () => void;
}
