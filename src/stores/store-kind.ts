/**
 * What a kind of store can do: the entry of the table in select.ts. Everything that depends on the kind is a member of this
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
  /** Read again for values that can change at run time: passwords and certificates from files. */
  readonly settings: () => StoreSettings;
  readonly log: Logger;
}

/** Reads what is stored. */
export interface StoreReader {
  readonly read: ReadRecords;
  readonly readBack: ReadBack;
  /** Names of the existing topics. */
  readonly topics: () => Promise<readonly string[]>;
  readonly close: () => void;
}

export interface StoreKind {
  /** Whether the settings mean this kind; the first kind of the table that says so is used. */
  readonly isMeant: (settings: StoreSettings) => boolean;
  /** Where events are stored, in words: for the ready line and for commands. */
  readonly describe: (settings: StoreSettings) => string;
  /**
   * Throws a HubcastError if the store cannot be opened, for example if another process owns it. If a store is
   * only unreachable, it opens, is not ready, and keeps trying.
   */
  readonly open: (context: StoreContext, meter?: StoreMeter) => Promise<Store>;
  /** Null where records can only be written. Throws `usage` while the store does not exist yet. */
  readonly read: ((context: StoreContext) => StoreReader) | null;
  /** The checks of this store for `hubcast doctor`. */
  readonly check: (context: StoreContext, notes: StoreNotes) => Promise<void>;
  /** Why WORKERS must be 1; null where several processes may write at once. */
  readonly oneProcess: string | null;
  /** True where the journal of DATA_DIR belongs to the store. Otherwise the service warns about events left in one. */
  readonly ownsJournal: boolean;
  /** How long the last record of a key is kept, in ms; null if it is kept forever. */
  readonly lastRecordKeptMs: (settings: StoreSettings) => number | null;
  /** Elects one of the replicas that share the store; null if one process owns the store. */
  readonly elect: ((context: StoreContext, election: Election) => Promise<Membership>) | null;
  /** The store for commands that write while a service runs; null: this one. */
  readonly besideService: StoreKind | null;
  /** Where `hubcast forward` moves a journal to; null if this store cannot be a target. */
  readonly openOrdered: ((context: StoreContext) => Promise<OrderedWriter>) | null;
  /** Topics that `hubcast topics` sets up; null if the store has no topics. */
  readonly topicAdmin: ((context: StoreContext) => Promise<TopicAdmin>) | null;
  /** Copies that `hubcast erase` cannot reach, in words. */
  readonly beyondErasure: string;
}

export interface Election {
  /** Replicas of one group elect one holder. */
  readonly groupId: string;
  /** A holder that is silent for this long is replaced. */
  readonly sessionTimeoutMs: number;
  /** Called with each lease. Must end soon after its signal aborts. */
  readonly onLease: (lease: Lease) => Promise<void>;
}
