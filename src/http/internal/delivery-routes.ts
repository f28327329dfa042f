/** The latest POSTs that were refused or failed: which, when, and why. */
import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../../core/errors.ts';
import type { FailedDelivery } from '../../telemetry/failed-deliveries.ts';
import { limit, listOf } from './parameters.ts';
import { defineRoute } from './route.ts';

const about = (description: string) => ({ description });
const text = (description: string) => z.string().nullable().meta(about(description));

const failedDelivery = z.object({
  time: z.iso.datetime(),
  outcome: z.string().meta(about('Code of the error: "hubcast describe errors" lists them')),
  status: z.int().meta(about('Status of the answer')),
  diagnosis: z.string(),
  fix: z.string(),
  bytes: z.int().meta(about('Of the body, as far as it was read')),
  app: text('Name in META_APPS'),
  account_id: text(
    'Of the first event; null unless the signature was right and the body was read: then only the store failed',
  ),
  field: text('Likewise'),
  source: text('Address of the first trusted hop'),
  user_agent: text('As the sender gave it'),
  delivery_id: text('The deliveryId of the log line'),
  trace_id: text('Of the traceparent'),
});

export const DELIVERY_ANSWERS = { FailedDeliveries: z.object({ data: z.array(failedDelivery) }) } as const;

export const DELIVERY_ROUTES = [
  defineRoute({
    id: 'listFailedDeliveries',
    method: 'GET',
    path: '/deliveries',
    tag: 'events',
    about:
      'The latest thousand POSTs that were refused or failed, the newest first. They are in memory: a restart forgets them',
    access: 'events:read',
    perApp: true,
    query: z.strictObject({
      outcome: listOf('[a-z_]{1,40}', 32)
        .optional()
        .meta({
          ...about('Only with these error codes, between commas'),
          example: 'store_unavailable,signature_mismatch',
        }),
      limit,
    }),
    answer: { schema: DELIVERY_ANSWERS.FailedDeliveries },
    errors: [],
    async handle({ failedDeliveries }, { query, token }) {
      const app = token?.app ?? null;
      const wanted = (one: FailedDelivery) =>
        (query.outcome?.includes(one.outcome) ?? true) && (app === null || one.app === app);
      const data = (await failedDeliveries()).filter(wanted).slice(0, query.limit).map(toRow);
      return { data };
    },
  }),
];

function toRow(one: FailedDelivery): z.output<typeof failedDelivery> {
  const { status, fix } = ERRORS[one.outcome satisfies ErrorCode];
  return {
    time: new Date(one.receivedMs).toISOString(),
    outcome: one.outcome,
    status,
    diagnosis: one.diagnosis,
    fix,
    bytes: one.bytes,
    app: one.app,
    account_id: one.accountId,
    field: one.field,
    source: one.source,
    user_agent: one.userAgent,
    delivery_id: one.deliveryId,
    trace_id: one.traceId,
  };
}
