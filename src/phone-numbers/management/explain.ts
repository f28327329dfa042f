/** Meta's refusal of an operation as an error of ours: which it is, what to do, how long to wait. */
import { type ErrorCode, HubcastError } from '../../core/errors.ts';
import { type GraphError, isGraphError } from '../../meta-graph/graph-error.ts';
import { type Refusal, refusalOf, waitText } from './refusals.ts';

const LONGEST_DETAILS = 300;

/** @returns the error as it was where it is none of Meta's */
export function explain(error: unknown, on: 'number' | 'account'): unknown {
  if (!isGraphError(error)) return error;
  const refusal = refusalOf(error.failure);
  const { about, todo, waitSeconds } = refusal;
  // Secrets were taken out of it where it came in.
  const says = error.failure?.details?.slice(0, LONGEST_DETAILS);
  const waitMs = error.retryAfterMs ?? (waitSeconds === null ? undefined : waitSeconds * 1000);
  const wait = waitText(refusal);
  const sentences = [about, todo, wait === '' ? '' : `Time to wait: ${wait}.`, says ? `Meta says: ${says}` : ''];
  return new HubcastError(codeOf(error, refusal, on), sentences.filter((text) => text !== '').join(' '), {
    cause: error,
    retryAfterMs: waitMs,
    details: {
      ...error.details,
      about,
      todo,
      ...(waitMs === undefined ? {} : { wait_seconds: Math.ceil(waitMs / 1000) }),
      ...(says ? { meta_says: says } : {}),
    },
  });
}

function codeOf({ code }: GraphError, { unknown }: Refusal, on: 'number' | 'account'): ErrorCode {
  if (code === 'not_found') return on === 'number' ? 'phone_number_not_found' : 'account_not_found';
  if (KEPT.has(code)) return code;
  return unknown ? 'operation_unknown' : 'operation_refused';
}

/** What is about the access rather than the operation. */
const KEPT: ReadonlySet<ErrorCode> = new Set(['graph_token_invalid', 'graph_permission_missing', 'graph_throttled']);
