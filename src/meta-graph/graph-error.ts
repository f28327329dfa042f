/** Maps Meta's refusals to errors of our table, by code and subcode, never by message text. */
import { type ErrorCode, HubcastError } from '../core/errors.ts';

/** The failure described by a reply; every member may be missing. */
export interface GraphFailure {
  readonly httpStatus: number;
  readonly code: number | null;
  readonly subcode: number | null;
  readonly message: string | null;
  /** `error_user_title` and `error_user_msg`: written for the person who made the call. */
  readonly userTitle: string | null;
  readonly userMessage: string | null;
  /** `error_data.details`; `error_data` is sometimes a plain string. */
  readonly details: string | null;
  readonly fbtraceId: string | null;
  /** The reply, if it is not a JSON object; otherwise null. */
  readonly unreadable: string | null;
  readonly transient: boolean;
}

/** A refusal of the Graph API, or a missing answer. */
export class GraphError extends HubcastError {
  readonly failure: GraphFailure | null;
  /** True if a read may be retried at once. Throttles last minutes, so they are not retriable. */
  readonly transient: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: { failure: GraphFailure | null; transient: boolean; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    const { failure, retryAfterMs, cause } = options;
    super(code, message, {
      ...(cause === undefined ? {} : { cause }),
      retryAfterMs,
      details: failure === null ? undefined : detailsOf(failure),
    });
    this.failure = failure;
    this.transient = options.transient;
  }
}

export function isGraphError(error: unknown): error is GraphError {
  return error instanceof GraphError;
}

/** Limits of calls: of the app (4), the user (17), the page (32), the app's feature (341, 613), the account (80007, 80008). */
const THROTTLES: ReadonlySet<number> = new Set([4, 17, 32, 341, 613, 80007, 80008]);
/** Temporary by their description: unknown failure, service down, internal error, maintenance, busy server. */
const TRANSIENT: ReadonlySet<number> = new Set([1, 2, 131000, 131016, 131057, 133004]);
const TOKEN: ReadonlySet<number> = new Set([0, 102, 104, 190]);
/** 100 with subcode 33, 33 and 803: the object does not exist or the token may not see it; Meta does not distinguish the two. */
const NOT_FOUND_SUBCODE = 33;

/** Waiting time if Meta gives none. */
export const DEFAULT_PAUSE_MS = 5 * 60_000;

export function isThrottle(code: number | null): boolean {
  return code !== null && THROTTLES.has(code);
}

/**
 * @param call method and path, without query
 * @param regainMs time until Meta accepts calls again, if the reply has it
 */
export function toGraphError(call: string, failure: GraphFailure, regainMs: number | null): GraphError {
  const { code, subcode, httpStatus } = failure;
  const name = code === null ? `HTTP ${httpStatus}` : `code ${code}${subcode === null ? '' : `/${subcode}`}`;
  const trace = failure.fbtraceId === null ? '' : ` (trace ${failure.fbtraceId})`;
  const said = sentenceOf(failure) ?? failure.unreadable;
  const message = `${call}: Meta answered ${name}${trace}${said === null ? '' : `: ${said}`}`;
  if (isThrottle(code)) {
    const retryAfterMs = regainMs ?? DEFAULT_PAUSE_MS;
    return new GraphError('graph_throttled', message, { failure, transient: false, retryAfterMs });
  }
  const kind = kindOf(failure);
  const transient =
    kind === 'graph_unavailable' || (failure.transient && kind !== 'graph_token_invalid' && kind !== 'not_found');
  return new GraphError(kind, message, { failure, transient });
}

function kindOf({ code, subcode, httpStatus }: GraphFailure): ErrorCode {
  if (code === null) return httpStatus >= 500 || httpStatus < 400 ? 'graph_unavailable' : 'graph_refused';
  if ((code === 100 && subcode === NOT_FOUND_SUBCODE) || code === 33 || code === 803) return 'not_found';
  if (TOKEN.has(code)) return 'graph_token_invalid';
  if (code === 3 || code === 10 || (code >= 200 && code <= 299) || code === 131005) return 'graph_permission_missing';
  if (TRANSIENT.has(code) || httpStatus >= 500) return 'graph_unavailable';
  return 'graph_refused';
}

/** Enough for a title, two sentences and a message; it goes into logs, answers and audit events. */
const LONGEST_SENTENCE = 600;

/** Meta's own words, the most helpful first: the texts for people, then the details, then the message. */
function sentenceOf({ userTitle, userMessage, details, message }: GraphFailure): string | null {
  const texts = [userTitle, userMessage, details, message].map((text) => text?.trim() ?? '');
  const said = texts.filter((text, at) => text !== '' && !texts.slice(0, at).some((earlier) => earlier.includes(text)));
  if (said.length === 0) return null;
  const whole = said.map((text) => (/[.!?:]$/.test(text) ? text : `${text}.`)).join(' ');
  return whole.length <= LONGEST_SENTENCE ? whole : `${whole.slice(0, LONGEST_SENTENCE).toWellFormed()}…`;
}

function detailsOf(failure: GraphFailure): Readonly<Record<string, string | number>> {
  const { code, subcode, fbtraceId } = failure;
  const sentence = sentenceOf(failure);
  return {
    ...(code === null ? {} : { meta_code: code }),
    ...(subcode === null ? {} : { meta_subcode: subcode }),
    ...(fbtraceId === null ? {} : { fbtrace_id: fbtraceId }),
    ...(sentence === null ? {} : { meta_says: sentence }),
  };
}
