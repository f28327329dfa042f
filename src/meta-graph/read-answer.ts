/** Parses the bytes of a Graph reply: a JSON object, or a description of the failure. */
import * as z from 'zod';
import { isObject } from '../core/is-object.ts';
import type { GraphFailure } from './graph-error.ts';

export type GraphAnswer =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly failure: GraphFailure };

/** Ignores a member of an unexpected type, so that the other members are still read. */
const text = z.string().optional().catch(undefined);
const code = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

const errorBody = z.object({
  error: z.union([
    z.looseObject({
      message: text,
      code,
      error_subcode: code,
      error_user_title: text,
      error_user_msg: text,
      error_data: z
        .union([z.string(), z.looseObject({ details: text })])
        .optional()
        .catch(undefined),
      fbtrace_id: text,
      is_transient: z.boolean().optional().catch(undefined),
    }),
    // The form of OAuth servers.
    z.string().transform((message) => ({ message })),
  ]),
});

type ErrorMembers = Exclude<z.output<typeof errorBody>['error'], { message: string }>;

export function readAnswer(httpStatus: number, body: string): GraphAnswer {
  const parsed = parse(body);
  const refusal = errorBody.safeParse(parsed);
  if (refusal.success) return { ok: false, failure: toFailure(httpStatus, refusal.data.error) };
  if (httpStatus >= 200 && httpStatus < 300 && isObject(parsed)) return { ok: true, body: parsed };
  const unreadable = body === '' ? 'an empty body' : `no JSON object but ${body.length} characters of something else`;
  return { ok: false, failure: { ...toFailure(httpStatus, {}), unreadable } };
}

function toFailure(httpStatus: number, error: Partial<ErrorMembers>): GraphFailure {
  const { error_data: data } = error;
  return {
    httpStatus,
    code: error.code ?? null,
    subcode: error.error_subcode ?? null,
    message: error.message ?? null,
    userTitle: error.error_user_title ?? null,
    userMessage: error.error_user_msg ?? null,
    details: typeof data === 'string' ? data : (data?.details ?? null),
    fbtraceId: error.fbtrace_id ?? null,
    unreadable: null,
    transient: error.is_transient === true,
  };
}

/** `source` of JSON.parse's reviver: https://tc39.es/proposal-json-parse-with-source/ */
type ReviverContext = { readonly source?: string };

/** Ids are text. A number above 2^53 becomes text, so that it keeps its digits. */
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
