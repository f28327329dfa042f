/** What the main thread and the journal's worker say to each other. Strings only: a Buffer would copy its whole pool. */
import type { ErrorCode } from '../errors.ts';
import type { Readiness } from '../store/store.ts';

/** A record as the worker writes it. */
export interface Row {
  readonly id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly headersJson: string;
  readonly value: string;
  readonly timestampMs: number;
  readonly repeatable: boolean;
}

export interface Requests {
  /** All rows in one transaction. */
  readonly write: { readonly kind: 'write'; readonly nowMs: number; readonly rows: readonly Row[] };
  /** Removes one chunk of what is older than `beforeMs` and one chunk of forgotten ids. */
  readonly expire: { readonly kind: 'expire'; readonly nowMs: number; readonly beforeMs: number };
  readonly probe: { readonly kind: 'probe'; readonly nowMs: number };
  readonly close: { readonly kind: 'close' };
}

export type RequestKind = keyof Requests;

export interface Answers {
  readonly write: { readonly stored: number; readonly repeated: number };
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
