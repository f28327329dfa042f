import type { HubcastError } from '../core/errors.ts';
import type { OutgoingRecord } from '../records/record.ts';
import type { Readiness } from './store.ts';

/**
 * Writes records that are already durable elsewhere. Resolves to one outcome for each record: null if it is durable,
 * `record_refused` if it never can be. With any other error the record may be missing, and so may each later record of its key. A
 * caller that writes the failed ones again, in their order, keeps the order of each key.
 */
export type WriteInOrder = (records: readonly OutgoingRecord[]) => Promise<readonly (HubcastError | null)[]>;

export interface OrderedWriter {
  /** Calls must not overlap. */
  readonly write: WriteInOrder;
  /** Whether a write would succeed now, and why not. */
  readonly readiness: () => Promise<Readiness>;
  /** Closes the connections. A pending write resolves with the outcomes known by then. */
  readonly close: () => void;
}
