/** Meta's refusal of an operation as an error of ours: what it means, what to do, how long to wait, and Meta's own sentence. */
import { type ErrorCode, HubcastError } from '../../core/errors.ts';
import { type GraphError, isGraphError } from '../../meta-graph/graph-error.ts';
import type { ChangeName } from './changes.ts';
import { durationText, type Refusal, refusalOf } from './refusals.ts';

/**
 * @param operation what was refused; null for a reading
 * @returns the error as it was where it is not Meta's
 */
export function explain(error: unknown, on: 'number' | 'account', operation: ChangeName | null): unknown {
  if (!isGraphError(error)) return error;
  const refusal = refusalOf(error.failure, operation);
  const { about, todo, waitSeconds } = refusal;
  const waitMs = error.retryAfterMs ?? (waitSeconds === null ? undefined : waitSeconds * 1000);
  const details = {
    ...error.details,
    about,
    todo,
    ...(waitMs === undefined ? {} : { wait_seconds: Math.ceil(waitMs / 1000) }),
  };
  return new HubcastError(codeOf(error, refusal, on), explanationOf(details) ?? about, {
    cause: error,
    retryAfterMs: waitMs,
    details,
  });
}

/**
 * The explanation as text, from the `details` of an error: of this process or of a service's answer.
 *
 * @returns null where they hold no explanation
 */
export function explanationOf(details: Readonly<Record<string, unknown>>): string | null {
  const { about, todo, wait_seconds: wait, meta_says: says, meta_code: code, meta_subcode: subcode } = details;
  if (typeof about !== 'string') return null;
  const marks = [
    code === undefined ? '' : `code ${code}`,
    subcode === undefined ? '' : `subcode ${subcode}`,
    details.fbtrace_id === undefined ? '' : `trace ${details.fbtrace_id}`,
  ].filter((mark) => mark !== '');
  const meta = [says === undefined ? '' : `Meta says: ${says}`, marks.length === 0 ? '' : `(${marks.join(', ')})`];
  return [about, todo, typeof wait === 'number' ? `Time to wait: ${durationText(wait)}.` : '', ...meta]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

function codeOf({ code }: GraphError, { unknown }: Refusal, on: 'number' | 'account'): ErrorCode {
  if (code === 'not_found') return on === 'number' ? 'phone_number_not_found' : 'account_not_found';
  if (KEPT.has(code)) return code;
  return unknown ? 'operation_unknown' : 'operation_refused';
}

/** These are about the access, not about the operation. */
const KEPT: ReadonlySet<ErrorCode> = new Set(['graph_token_invalid', 'graph_permission_missing', 'graph_throttled']);
