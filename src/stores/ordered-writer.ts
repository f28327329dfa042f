import type { HubcastError } from '../core/errors.ts';
import type { OutgoingRecord } from '../records/record.ts';
import type { Readiness } from './store.ts';

/**
 * Writes records that are durable elsewhere already. Resolves to one outcome for each record: null when it is durable,
 * `record_refused` when it can never be; else it was perhaps not stored, and neither was any later record of its key. A
 * caller that writes the failed ones again, in their order, keeps the order of each key.
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
