/**
 * Every error hubcast reports, in one table: what an HTTP caller gets, whether sending the same again can help, and
 * what the operator can do. Code decides by `code`, never by message text.
 */
import type { ErrorKind } from './errors/error-kind.ts';
import { GRAPH_ERRORS } from './errors/graph.ts';
import { MANAGEMENT_ERRORS } from './errors/management.ts';
import { PROGRAM_ERRORS } from './errors/program.ts';
import { QUERY_ERRORS } from './errors/queries.ts';
import { REQUEST_ERRORS } from './errors/requests.ts';
import { STORE_ERRORS } from './errors/store.ts';

export const ERRORS = {
  ...REQUEST_ERRORS,
  ...STORE_ERRORS,
  ...QUERY_ERRORS,
  ...GRAPH_ERRORS,
  ...MANAGEMENT_ERRORS,
  ...PROGRAM_ERRORS,
};

export type ErrorCode = keyof typeof ERRORS;

export interface HubcastErrorOptions extends ErrorOptions {
  /** When the same may be tried again; becomes `Retry-After`. */
  readonly retryAfterMs?: number | undefined;
  /** Traces of the cause that a caller may see, such as Meta's code and trace id. Never input, never secrets. */
  readonly details?: Readonly<Record<string, string | number>> | undefined;
  /** Where the table's fix does not fit the cause. */
  readonly fix?: string | undefined;
}

/**
 * An error of the table above. `message` is the diagnosis: what came, what was expected. The fix comes from the table, unless the cause has one
 * of its own.
 */
export class HubcastError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, string | number>> | undefined;
  readonly #fix: string | undefined;

  constructor(code: ErrorCode, message: string, options: HubcastErrorOptions = {}) {
    // Only internal faults need a stack, and a stack costs a tenth of a refusal.
    const { stackTraceLimit } = Error;
    if (code !== 'internal') Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'HubcastError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
    this.#fix = options.fix;
  }

  get kind(): ErrorKind {
    const kind: ErrorKind = ERRORS[this.code];
    return this.#fix === undefined ? kind : { ...kind, fix: this.#fix };
  }
}

export function isHubcastError(error: unknown): error is HubcastError {
  return error instanceof HubcastError;
}

/** Text of anything thrown. jest's core errors fail `instanceof Error`, so the shape decides. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
