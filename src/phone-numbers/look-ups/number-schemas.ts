/** What the look-ups answer, over HTTP and on the command line: schemas, from which types and /openapi.json derive. */
import * as z from 'zod';
import { messagingLimit } from '../../fields/phone-numbers/messaging-limit.ts';
import { HEALTH_STATES } from '../health/health-rows.ts';

const about = (description: string) => ({ description });
const id = z.string().regex(/^\d{1,20}$/);

const trust = {
  fetched_at: z.iso.datetime().meta(about('When Graph said it')),
  stale: z.boolean().meta(about('Something newer is likely: Graph could not be asked, or an event came since')),
  source: z
    .enum(['graph', 'cache', 'state'])
    .meta(about('Whether Graph was asked for this answer; state: from the topic of the state, without Graph')),
};

const identity = {
  phone_number_id: id.meta(about('As Graph names it; text, because it can exceed 2^53')),
  account_id: id.nullable().meta(about('The WhatsApp Business Account; null when Graph did not tell it')),
  display_phone_number: z
    .string()
    .nullable()
    .meta({ ...about('As Graph shows it'), 'x-pii': 'phone_number' }),
  digits: z
    .string()
    .nullable()
    .meta({ ...about('Its digits, as webhooks name it'), 'x-pii': 'phone_number' }),
};

const number = {
  ...identity,
  ...trust,
  value: z
    .record(z.string(), z.unknown())
    .meta(about("Meta's phone number node, members as Meta names them; those without a value are left out")),
  derived: z
    .object({ limit: messagingLimit.nullable().meta(about('The messaging limit; null when Graph does not tell it')) })
    .meta(about("hubcast's reading")),
};

const inferred = {
  match: z.enum(['exact', 'inferred']).meta(about('inferred: a guess, found under other digits than asked for')),
  guess: z
    .enum(['brazil_ninth_digit', 'mexico_mobile_1'])
    .nullable()
    .meta(about("Which habit was assumed: Brazil's ninth digit, Mexico's 1 after the country code")),
  also: z
    .array(z.object({ phone_number_id: id, account_id: id.nullable() }))
    .meta(about('Other entries with the same digits')),
};

const failure = z
  .object({
    code: z.string(),
    message: z.string(),
    details: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .meta(about('Where Meta refused: its code, subcode and trace id, and its own sentence (meta_says)')),
  })
  .nullable()
  .meta(about('Why Graph gave no newer list'));

const accountReading = z.object({
  account_id: id,
  fetched_at: z.iso.datetime().nullable().meta(about('null: the list was never read')),
  stale: z.boolean(),
  error: failure,
});

const reason = z.object({
  member: z.string().meta(about("Member of Meta's node it was read from")),
  value: z.string().nullable(),
  level: z.enum([...HEALTH_STATES, 'info']),
  about: z.string().meta(about('What it means')),
  todo: z.string().meta(about('What to do; empty when there is nothing')),
});

const health = z.object({
  state: z.enum(HEALTH_STATES),
  reasons: z.array(reason),
  quality: z.object({
    rating: z.string().nullable(),
    date: z.iso.datetime().nullable(),
    reasons: z.array(z.string()),
  }),
  limit: messagingLimit.nullable().meta(about('People a conversation may be started with in a moving 24 hours')),
  on_business_app: z.boolean().nullable(),
  sandbox: z.boolean().meta(about("Meta's test number, which raises no alarm")),
});

const numberHealth = z.object({ ...identity, ...trust, verified_name: z.string().nullable(), health });

const portfolio = z.object({
  portfolio_id: id.nullable(),
  account_ids: z.array(id),
  registered_numbers: z.int().nonnegative(),
  allowed_numbers: z.int().nonnegative(),
  remaining_numbers: z.int().nonnegative(),
  about: z.string(),
});

const stateCounts = z.object(
  Object.fromEntries(HEALTH_STATES.map((state) => [state, z.int().nonnegative()])) as Record<
    (typeof HEALTH_STATES)[number],
    z.ZodInt
  >,
);

export const ANSWERS = {
  PhoneNumber: z.object(number),
  PhoneNumberByNumber: z.object({ ...number, ...inferred }),
  PhoneNumberList: z.object({ data: z.array(z.object(number)), accounts: z.array(accountReading) }),
  PhoneNumberHealth: numberHealth,
  HealthReport: z.object({
    checked_at: z.iso.datetime(),
    summary: stateCounts,
    data: z.array(numberHealth),
    portfolios: z.array(portfolio),
    accounts: z.array(accountReading),
  }),
} as const;

export type LookUpAnswers = { readonly [Name in keyof typeof ANSWERS]: z.output<(typeof ANSWERS)[Name]> };
