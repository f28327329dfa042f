/** What the main thread and the journal's thread say to each other. */
import type { ErrorCode } from '../../core/errors.ts';
import type { Readiness } from '../store.ts';
import type { PackedRecords } from './packed-records.ts';

/** What the journal's thread can be asked; each takes one argument. */
export interface JournalCalls {
  /** All records in one transaction. The memory goes over to the thread, and comes back for the next write. */
  readonly write: (group: PackedGroup) => {
    readonly stored: number;
    readonly repeated: number;
    readonly memory: ArrayBuffer;
  };
  /**
   * Removes one chunk of what is older than `beforeMs` (null: nothing goes by age), one of what is in Kafka where `trim`
   * says so, and one of ids that need not be known any more.
   */
  readonly expire: (what: { readonly nowMs: number; readonly beforeMs: number | null; readonly trim: boolean }) => {
    readonly records: number;
    readonly ids: number;
    readonly more: boolean;
  };
  /** The next records after an offset: one at least if there is any, the others as far as they fit. */
  readonly take: (what: { readonly after: number; readonly maxBytes: number }) => TakenRecords;
  readonly advance: (progress: Progress) => null;
  readonly backlog: (nothing: null) => BacklogState;
  /** Puts what was parked behind everything else; how many records that is. */
  readonly unpark: (nothing: null) => number;
  readonly probe: (nowMs: number) => Readiness;
  readonly close: (nowMs: number) => null;
}

export type CallName = keyof JournalCalls;
export type Argument<K extends CallName> = Parameters<JournalCalls[K]>[0];
export type CallAnswer<K extends CallName> = ReturnType<JournalCalls[K]>;

export interface PackedGroup extends PackedRecords {
  readonly nowMs: number;
  /** Goes with the transaction, which spares it a sync of its own. */
  readonly progress: Progress | undefined;
}

/** How far the records are in Kafka. */
export interface Progress {
  /** All records up to this offset are in Kafka or parked. */
  readonly position: number;
  /** So are these beyond it. */
  readonly ahead: readonly number[];
  /** Refused by Kafka for good: set aside, with the reason. */
  readonly parked: readonly { readonly offset: number; readonly reason: string }[];
  /** Remove what is in Kafka. */
  readonly trim: boolean;
  readonly nowMs: number;
}

export interface TakenRecords {
  readonly records: readonly {
    readonly offset: number;
    readonly topic: string;
    readonly timestampMs: number;
    readonly key: string | null;
    /** As JSON. */
    readonly headers: string;
    readonly value: string;
  }[];
  /** There are records behind these. */
  readonly more: boolean;
}

/** What is not in Kafka. */
export interface BacklogState {
  readonly records: number;
  readonly bytes: number;
  /** False while what was found at the start is still being counted: there is more than this. */
  readonly counted: boolean;
  readonly position: number;
  readonly ahead: readonly number[];
  /** When the oldest of them was received, ms since 1970. */
  readonly oldestMs: number | null;
  readonly parked: number;
}

export interface Call {
  readonly number: number;
  readonly name: CallName;
  readonly argument: Argument<CallName>;
}

/** An error on its way between threads: a class does not survive structured cloning. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Every call fails from now on, until hubcast is started again. */
  readonly lasting: boolean;
}

/** The first reply, number 0, says that the journal is open, or why not. */
export type Reply =
  | { readonly number: number; readonly answer: CallAnswer<CallName> }
  | { readonly number: number; readonly failure: Failure };

export interface WorkerSettings {
  readonly file: string;
  readonly maxBytes: number;
  /** Of those, what remembered ids may take: the oldest are forgotten earlier; null: as many as it takes. */
  readonly maxIdBytes: number | null;
  /** The setting that `maxBytes` comes from, for messages. */
  readonly boundedBy: string;
  /** Bytes of file and disk that records may not fill: what it takes to note that others are in Kafka, and to remove them. */
  readonly reserveBytes: number;
  /** The token of this process: the journal is its own as long as the file says so. */
  readonly owner: string;
  /** False: the file was open in this process before. Another one in its place is refused. */
  readonly first: boolean;
}
