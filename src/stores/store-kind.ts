/**
 * What a kind of store can do: the entry of the table in select.ts. Everything that depends on the kind is asked of this
 * value, so that a new kind is one folder and one entry.
 */
import type { StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import type { ReadBack, ReadRecords } from '../records/record.ts';
import type { Lease, Membership } from './lease.ts';
import type { OrderedWriter } from './ordered-writer.ts';
import type { Store, StoreMeter } from './store.ts';
import type { StoreNotes } from './store-notes.ts';
import type { TopicAdmin } from './topic-admin.ts';

export interface StoreContext {
  /** Asked again for what can change while the service runs: passwords and certificates from files. */
  readonly settings: () => StoreSettings;
  readonly log: Logger;
}

/** Reads what is stored. */
export interface StoreReader {
  readonly read: ReadRecords;
  readonly readBack: ReadBack;
  /** Names of the topics there are. */
  readonly topics: () => Promise<readonly string[]>;
  readonly close: () => void;
}

export interface StoreKind {
  /** Whether the settings mean this kind; the first kind of the table that says so is used. */
  readonly isMeant: (settings: StoreSettings) => boolean;
  /** Where events are stored, in words: for the ready line and for commands. */
  readonly describe: (settings: StoreSettings) => string;
  /**
   * Throws a HubcastError where the store can never be opened, as when another process owns it. A store that is only
   * away opens, is not ready, and is waited for.
   */
  readonly open: (context: StoreContext, meter?: StoreMeter) => Promise<Store>;
  /** Null where records can only be written. Throws `usage` where there is nothing to read yet. */
  readonly read: ((context: StoreContext) => StoreReader) | null;
  /** What `hubcast doctor` finds of this store. */
  readonly check: (context: StoreContext, notes: StoreNotes) => Promise<void>;
  /** Why WORKERS must be 1; null where several processes may write at once. */
  readonly oneProcess: string | null;
  /** True where the journal of DATA_DIR belongs to the store. Else events that are left in one are warned about. */
  readonly ownsJournal: boolean;
  /** How long the last record of a key is kept, in ms; null where it is kept for good. */
  readonly lastRecordKeptMs: (settings: StoreSettings) => number | null;
  /** Elects one of the replicas that share the store; null where one process has it for itself. */
  readonly elect: ((context: StoreContext, election: Election) => Promise<Membership>) | null;
  /** The store for commands that write while a service runs; null: this one. */
  readonly besideService: StoreKind | null;
  /** Where `hubcast forward` moves a journal to; null where nothing can be moved to this store. */
  readonly openOrdered: ((context: StoreContext) => Promise<OrderedWriter>) | null;
  /** Topics that `hubcast topics` sets up; null where there are none to set up. */
  readonly topicAdmin: ((context: StoreContext) => Promise<TopicAdmin>) | null;
  /** Copies that `hubcast erase` cannot reach, in words. */
  readonly beyondErasure: string;
}

export interface Election {
  /** Replicas of one group elect one holder. */
  readonly groupId: string;
  /** A holder that is silent for so long is replaced. */
  readonly sessionTimeoutMs: number;
  /** Called with each lease. Must end soon after its signal aborts. */
  readonly onLease: (lease: Lease) => Promise<void>;
}
