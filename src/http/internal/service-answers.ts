/** What the routes about the service itself answer. */
import * as z from 'zod';
import { ERRORS } from '../../core/errors.ts';

const about = (description: string) => ({ description });

const spool = z.object({
  records: z.int(),
  bytes: z.int(),
  counted: z.boolean(),
  oldest_age_ms: z.number().nullable(),
  parked: z.int(),
});

export const SERVICE_ANSWERS = {
  Live: z.object({ status: z.literal('live') }),
  Ready: z.object({
    status: z.literal('ready'),
    warnings: z.array(z.string()).meta(about('What else is wrong')),
    spool: spool.optional().meta(about('Events that are not in Kafka yet (SPOOL=on)')),
  }),
  NotReady: z.object({ status: z.literal('not_ready'), reason: z.string() }),
  Checks: z.object({
    checked_at: z.iso.datetime(),
    findings: z.array(
      z.object({
        code: z.string(),
        severity: z.enum(['error', 'warning', 'info']),
        what: z.string(),
        why: z.string(),
        fix: z.string(),
      }),
    ),
    skipped: z.array(z.object({ check: z.string(), reason: z.string() })),
  }),
  Error: z.object({
    error: z.object({
      code: z.enum(Object.keys(ERRORS)),
      message: z.string(),
      details: z
        .record(z.string(), z.union([z.string(), z.int()]))
        .optional()
        .meta(
          about(
            "Where Meta refused: its code, subcode and trace id, and Meta's own sentence (meta_says); of an operation also what the refusal means (about), what to do (todo) and how long to wait (wait_seconds). Of forbidden: the scope that the token lacks (missing_scope), or the app it is bound to (only_app)",
          ),
        ),
    }),
  }),
} as const;

type Deep<T> = { readonly [K in keyof T]: T[K] extends object ? Deep<T[K]> : T[K] };
export type Checks = Deep<z.output<(typeof SERVICE_ANSWERS)['Checks']>>;
