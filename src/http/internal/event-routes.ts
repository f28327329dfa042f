/** Stored events over HTTP: lists, a stream, dead letters and their replay. */
import * as z from 'zod';
import type { ApiToken } from '../../config/api-tokens.ts';
import { EVENT_ANSWERS } from '../../event-queries/event-schemas.ts';
import { streamEvents } from './event-stream.ts';
import { flag, limit, listOf } from './parameters.ts';
import { defineRoute, type Exchange } from './route.ts';

const about = (description: string, example: string) => ({ description, example });

const filter = {
  type: listOf('whatsapp\\.[a-z0-9_.]{1,130}', 32)
    .optional()
    .meta(about('Only these event types, between commas', 'whatsapp.messages.message,whatsapp.messages.status')),
  family: listOf('[a-z-]{1,40}', 32)
    .optional()
    .meta(about('Only these families, between commas', 'phone-numbers,accounts')),
  account_id: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional()
    .meta(about('Only of this account: data.account_id or data.entry_id', '102290129340398')),
  delivery: z.uuid().optional().meta(about('Only of the POST with this id', '0e4f1f0a-7c55-4d5f-9d1e-3a1a6b1f2c3d')),
  subject: z.string().min(1).max(300).optional().meta(about('Only about this subject', '15550783881')),
  number: z
    .string()
    .regex(/^\d{5,20}$/)
    .optional()
    .meta(
      about(
        "Only with this number, digits alone: a person's, the business's own, or the id of the latter",
        '15550783881',
      ),
    ),
  text: z.string().min(1).max(200).optional().meta(about('Only with this text anywhere in the event', 'Lucky Shrub')),
};

const from = z.iso.datetime().optional().meta(about('Only stored at this time or later', '2026-11-22T09:00:00Z'));
const to = z.iso.datetime().optional().meta(about('Only stored before this time', '2026-11-22T10:00:00Z'));

const page = {
  limit,
  before: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,12000}$/)
    .optional()
    .meta(about('Goes on where a page ended: its `next`', 'eyJqb3VybmFsIjoiMTIzIn0')),
};

const at = z
  .string()
  .regex(/^\d{1,6}:\d{1,18}$/)
  .optional()
  .meta(about('Where it is stored, as the list says: found at once, without a search', '0:42'));

const deadLetterId = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta(about('Id of the dead letter', 'b34d39bfc47b30712868bf8ec8314169')),
});

const eventId = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta(about('Id of the event', 'b34d39bfc47b30712868bf8ec8314169')),
});

const READ_ERRORS = ['store_unavailable', 'overloaded'] as const;

function toMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function filterOf(query: z.output<z.ZodObject<typeof filter>>, { token }: Exchange) {
  const { type, family, account_id, delivery, ...rest } = query;
  return { ...rest, types: type, families: family, accountId: account_id, deliveryId: delivery, ...appOf(token) };
}

/** A token that is bound to an app sees only what belongs to it. */
function appOf(token: ApiToken | null): { readonly app?: string } {
  return token === null || token.app === null ? {} : { app: token.app };
}

/** In the order in which paths are tried: fixed words before parameters. */
export const EVENT_ROUTES = [
  defineRoute({
    id: 'listEvents',
    method: 'GET',
    path: '/events',
    tag: 'events',
    about: 'What was stored last, the newest first',
    access: 'events:read',
    perApp: true,
    query: z.strictObject({ ...filter, from, to, ...page }),
    answer: { schema: EVENT_ANSWERS.EventList },
    errors: READ_ERRORS,
    handle({ events }, exchange) {
      const { from: since, to: until, limit: most, before, ...rest } = exchange.query;
      const times = { fromMs: toMs(since), toMs: toMs(until) };
      return events.recent({ ...filterOf(rest, exchange), ...times, limit: most, before });
    },
  }),
  defineRoute({
    id: 'streamEvents',
    method: 'GET',
    path: '/events/stream',
    tag: 'events',
    about:
      'What is stored from now on, as server-sent events: the type as `event`, the id as `id`, the record as `data`. A listener that reads too slowly is cut',
    access: 'events:read',
    perApp: true,
    query: z.strictObject(filter),
    answer: { mediaType: 'text/event-stream' },
    errors: [...READ_ERRORS, 'shutting_down'],
    handle({ events }, exchange) {
      const { query } = exchange;
      streamEvents(exchange, (listener) => events.subscribe(filterOf(query, exchange), listener));
      return undefined;
    },
  }),
  defineRoute({
    id: 'getEvent',
    method: 'GET',
    path: '/events/{id}',
    tag: 'events',
    about: 'One event. Without `at` it is searched for among the latest 200,000 records',
    access: 'events:read',
    perApp: true,
    params: eventId,
    badPath: 'event_not_found',
    query: z.strictObject({ at }),
    answer: { schema: EVENT_ANSWERS.StoredEvent },
    errors: READ_ERRORS,
    handle: ({ events }, { params, query, token }) => events.event(params.id, { ...query, ...appOf(token) }),
  }),
  defineRoute({
    id: 'listDeadLetters',
    method: 'GET',
    path: '/dead-letters',
    tag: 'events',
    about: 'What could not be read or typed, the newest first',
    access: 'events:read',
    perApp: true,
    query: z.strictObject({
      field: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,64}$/)
        .optional()
        .meta(about("Only of this field of Meta's", 'messages')),
      code: z
        .string()
        .regex(/^[a-z_]{1,40}$/)
        .optional()
        .meta(about('Only with an issue of this code', 'invalid_type')),
      ...page,
    }),
    answer: { schema: EVENT_ANSWERS.DeadLetterList },
    errors: READ_ERRORS,
    handle: ({ events }, { query, token }) => events.deadLetters({ ...query, ...appOf(token) }),
  }),
  defineRoute({
    id: 'getDeadLetter',
    method: 'GET',
    path: '/dead-letters/{id}',
    tag: 'events',
    about: 'A dead letter with its issues and what was refused',
    access: 'events:read',
    perApp: true,
    params: deadLetterId,
    badPath: 'dead_letter_not_found',
    query: z.strictObject({ at }),
    answer: { schema: EVENT_ANSWERS.StoredEvent },
    errors: READ_ERRORS,
    handle: ({ events }, { params, query, token }) => events.deadLetter(params.id, { ...query, ...appOf(token) }),
  }),
  defineRoute({
    id: 'replayDeadLetter',
    method: 'POST',
    path: '/dead-letters/{id}/replay',
    tag: 'events',
    about: 'Reads a dead letter again and stores what is fine now. A body, if there is one, is the repaired value',
    access: 'events:replay',
    perApp: true,
    params: deadLetterId,
    badPath: 'dead_letter_not_found',
    query: z.strictObject({ at, dry_run: flag('true says what would happen and stores nothing') }),
    body: { schema: z.unknown(), about: 'The repaired value, in place of what was refused', required: false },
    answer: { schema: EVENT_ANSWERS.Replayed },
    errors: [...READ_ERRORS, 'invalid_value', 'write_timed_out', 'store_full'],
    async handle({ events, maxBodyBytes }, { params, query: { at: place, dry_run: dryRun }, token, readBody }) {
      const body = await readBody(maxBodyBytes);
      const actor = { kind: 'token', name: token?.name ?? '' } as const;
      const repaired = body.length === 0 ? undefined : { value: body.toString(), actor };
      return events.replay(params.id, { at: place, ...appOf(token), dryRun, repaired });
    },
  }),
];
