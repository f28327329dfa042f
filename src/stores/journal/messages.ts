/** What the main thread and the journal's worker say to each other. */
import type { ErrorCode } from '../../core/errors.ts';
import type { Readiness } from '../store.ts';
import type { EncodedGroup } from './encode-group.ts';

export interface Requests {
  /** All batches in one transaction. The memory goes over to the worker. */
  readonly write: {
    readonly kind: 'write';
    readonly nowMs: number;
    /** Goes with the transaction, which spares it a sync of its own. */
    readonly progress?: Progress | undefined;
  } & EncodedGroup;
  /**
   * Removes one chunk of what is older than `beforeMs` (null: nothing goes by age), one of what is in Kafka where `trim`
   * says so, and one of forgotten ids.
   */
  readonly expire: {
    readonly kind: 'expire';
    readonly nowMs: number;
    readonly beforeMs: number | null;
    readonly trim: boolean;
  };
  /** The next batches after an offset, one at least if there is any, the others as far as they fit. */
  readonly take: { readonly kind: 'take'; readonly after: number; readonly maxBytes: number };
  readonly advance: { readonly kind: 'advance'; readonly progress: Progress };
  readonly backlog: { readonly kind: 'backlog' };
  /** Puts what was set aside back, behind everything else. */
  readonly unpark: { readonly kind: 'unpark' };
  readonly probe: { readonly kind: 'probe'; readonly nowMs: number };
  readonly close: { readonly kind: 'close' };
}

export type RequestKind = keyof Requests;

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

/** A batch within the memory of what was taken. */
export interface TakenBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly start: number;
  readonly end: number;
}

export interface Answers {
  /** The memory comes back, for the next write. */
  readonly write: { readonly stored: number; readonly repeated: number; readonly memory: ArrayBuffer };
  readonly expire: { readonly records: number; readonly ids: number; readonly more: boolean };
  /** `more`: there are batches behind these. */
  readonly take: { readonly memory: ArrayBuffer; readonly batches: readonly TakenBatch[]; readonly more: boolean };
  readonly advance: null;
  readonly unpark: { readonly records: number };
  readonly backlog: {
    readonly records: number;
    /** Of the batches that are not wholly in Kafka. */
    readonly bytes: number;
    /** False while what was found at the start is still being counted: there is more than this. */
    readonly counted: boolean;
    readonly position: number;
    readonly ahead: readonly number[];
    /** When the oldest of them was received, ms since 1970. */
    readonly oldestMs: number | null;
    readonly parked: number;
  };
  readonly probe: Readiness;
  readonly close: null;
}

export interface Call {
  readonly number: number;
  readonly request: Requests[RequestKind];
}

/** An error on its way between threads: a class does not survive structured cloning. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A file of an older format that was brought to the newest one. */
export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/** The first reply, number 0, says that the journal is open, or why not. */
export type Reply =
  | { readonly number: number; readonly answer: Answers[RequestKind]; readonly migrated?: Migrated | undefined }
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
}
