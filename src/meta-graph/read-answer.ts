/** From the bytes of a reply to JSON, or to what can be said of its failure. */

import { z } from 'zod';
import { isObject } from '../core/is-object.ts';
import type { GraphFailure } from './graph-error.ts';

export type Answer =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly failure: GraphFailure };

const errorBody = z.object({
  error: z.looseObject({
    message: z.string().optional().catch(undefined),
    code: z.number().optional().catch(undefined),
    error_subcode: z.number().optional().catch(undefined),
    error_data: z
      .union([z.string(), z.looseObject({ details: z.string().optional().catch(undefined) })])
      .optional()
      .catch(undefined),
    fbtrace_id: z.string().optional().catch(undefined),
    is_transient: z.boolean().optional().catch(undefined),
  }),
});

export function readAnswer(httpStatus: number, text: string): Answer {
  const parsed = parse(text);
  const refusal = errorBody.safeParse(parsed);
  if (refusal.success) {
    const { message, code, error_subcode, error_data, fbtrace_id, is_transient } = refusal.data.error;
    const failure: GraphFailure = {
      httpStatus,
      code: code ?? null,
      subcode: error_subcode ?? null,
      message: message ?? null,
      details: typeof error_data === 'string' ? error_data : (error_data?.details ?? null),
      fbtraceId: fbtrace_id ?? null,
      transient: is_transient === true,
    };
    return { ok: false, failure };
  }
  if (httpStatus >= 200 && httpStatus < 300 && isObject(parsed)) return { ok: true, body: parsed };
  return {
    ok: false,
    failure: {
      httpStatus,
      code: null,
      subcode: null,
      message: text === '' ? 'an empty body' : `no JSON object but ${text.length} characters of something else`,
      details: null,
      fbtraceId: null,
      transient: httpStatus >= 500 || httpStatus < 400,
    },
  };
}

/** `source` of JSON.parse's reviver: https://tc39.es/proposal-json-parse-with-source/ */
type ReviverContext = { readonly source?: string };

/** Ids are text. One that came as a number above 2^53 keeps its digits as text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text, ((_key: string, value: unknown, context: ReviverContext) =>
      typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
        ? (context.source ?? String(value))
        : value) as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}
