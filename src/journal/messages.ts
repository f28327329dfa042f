/** What the main thread and the journal's worker say to each other. */
import type { ErrorCode } from '../errors.ts';
import type { Readiness } from '../store/store.ts';
import type { EncodedGroup } from './encode-group.ts';

export interface Requests {
  /** All batches in one transaction. The memory goes over to the worker. */
  readonly write: { readonly kind: 'write'; readonly nowMs: number } & EncodedGroup;
  /** Removes one chunk of what is older than `beforeMs` and one chunk of forgotten ids. */
  readonly expire: { readonly kind: 'expire'; readonly nowMs: number; readonly beforeMs: number };
  readonly probe: { readonly kind: 'probe'; readonly nowMs: number };
  readonly close: { readonly kind: 'close' };
}

export type RequestKind = keyof Requests;

export interface Answers {
  /** The memory comes back, for the next write. */
  readonly write: { readonly stored: number; readonly repeated: number; readonly memory: ArrayBuffer };
  readonly expire: { readonly records: number; readonly ids: number; readonly more: boolean };
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

/** The first reply, number 0, says that the journal is open, or why not. */
export type Reply =
  | { readonly number: number; readonly answer: Answers[RequestKind] }
  | { readonly number: number; readonly failure: Failure };

export interface WorkerSettings {
  readonly file: string;
  readonly maxBytes: number;
}
