/** The look-ups over HTTP. */
import * as z from 'zod';
import type { ApiToken } from '../../config/api-tokens.ts';
import { HubcastError } from '../../core/errors.ts';
import { PHONE_NUMBER_FIELDS } from '../../meta-graph/phone-number-reads.ts';
import type { LookUps } from '../../phone-numbers/look-ups/look-ups.ts';
import { ANSWERS } from '../../phone-numbers/look-ups/number-schemas.ts';
import { lookUpsOfApp } from './look-ups-of-app.ts';
import { accountId, flag, listOf, numberId } from './parameters.ts';
import { defineRoute, REVALIDATED } from './route.ts';
import type { InternalServices } from './services.ts';

const about = (description: string, example: string) => ({ description, example });

const word = z.string().regex(/^[A-Za-z_]{1,40}$/);
const account = { account_id: accountId.optional() };
const fresh = { fresh: flag("true asks Graph, as far as Meta's limits allow; else what is known is answered") };
const fields = {
  fields: listOf('[a-z_]{1,64}', 64)
    .optional()
    .meta(
      about(
        `Members of Meta's node to keep in value, between commas: ${PHONE_NUMBER_FIELDS.join(', ')}`,
        'verified_name,status',
      ),
    ),
};

const GRAPH_ERRORS = [
  'graph_not_configured',
  'graph_token_invalid',
  'graph_permission_missing',
  'graph_throttled',
  'graph_unavailable',
  'graph_refused',
] as const;
const ofAccounts = {
  method: 'GET',
  tag: 'phone-numbers',
  access: 'numbers:read',
  perApp: true,
  errors: ['account_not_found', ...GRAPH_ERRORS],
} as const;
const ofOne = {
  ...ofAccounts,
  params: z.object({ id: numberId }),
  badPath: 'invalid_phone_number_id',
  errors: ['phone_number_not_found', ...GRAPH_ERRORS],
} as const;

const answer = (name: keyof typeof ANSWERS) => ({ schema: ANSWERS[name], revalidated: REVALIDATED });

/** A setting has to allow look-ups first. */
const NOT_CONFIGURED_RETRY_MS = 60_000;

export function lookUpsOf({ lookUps, accountsOf }: InternalServices, token: ApiToken | null): LookUps {
  if (lookUps !== null) return token?.app == null ? lookUps : lookUpsOfApp(lookUps, accountsOf(token.app));
  throw new HubcastError('graph_not_configured', 'META_ACCESS_TOKEN is not set, or ROLES has no "numbers".', {
    retryAfterMs: NOT_CONFIGURED_RETRY_MS,
  });
}

/** In the order in which paths are tried: fixed words before parameters. */
export const PHONE_NUMBER_ROUTES = [
  defineRoute({
    ...ofAccounts,
    id: 'listPhoneNumbers',
    path: '/phone-numbers',
    about: 'The phone numbers of an account, or of all accounts in WABA_IDS',
    query: z.strictObject({
      ...account,
      quality: word
        .optional()
        .meta(about('Only numbers with this quality rating: GREEN, YELLOW, RED, UNKNOWN, NA', 'RED')),
      status: word.optional().meta(about('Only numbers with this status: CONNECTED, PENDING, …', 'CONNECTED')),
      ...fields,
      ...fresh,
    }),
    answer: answer('PhoneNumberList'),
    handle: (services, { query: { account_id, ...question }, token }) =>
      lookUpsOf(services, token).list({ ...question, accountId: account_id }),
  }),
  defineRoute({
    ...ofAccounts,
    id: 'reportHealth',
    path: '/phone-numbers/health',
    about: 'How the numbers are doing, why, and what to do',
    query: z.strictObject({ ...account, ...fresh }),
    answer: answer('HealthReport'),
    handle: (services, { query, token }) =>
      lookUpsOf(services, token).health({ accountId: query.account_id, fresh: query.fresh }),
  }),
  defineRoute({
    ...ofAccounts,
    id: 'findPhoneNumber',
    path: '/phone-numbers/by-number/{number}',
    about:
      'One of your own numbers by its digits. Whether a person uses WhatsApp cannot be looked up: there is no such API',
    // The look-up reads more ways of writing than a pattern could say.
    params: z.object({
      number: z
        .string()
        .meta(about('The phone number with its country code, 5 to 15 digits, in any usual form', '+1 631-555-1234')),
    }),
    badPath: 'invalid_phone_number',
    query: z.strictObject({ ...account, ...fields, ...fresh }),
    answer: answer('PhoneNumberByNumber'),
    errors: [...ofOne.errors, 'account_not_found'],
    handle: (services, { params, query: { account_id, ...question }, token }) =>
      lookUpsOf(services, token).byNumber(params.number, { ...question, accountId: account_id }),
  }),
  defineRoute({
    ...ofOne,
    id: 'getPhoneNumberHealth',
    path: '/phone-numbers/{id}/health',
    about: 'How one number is doing',
    query: z.strictObject(fresh),
    answer: answer('PhoneNumberHealth'),
    handle: (services, { params, query, token }) => lookUpsOf(services, token).healthById(params.id, query),
  }),
  defineRoute({
    ...ofOne,
    id: 'getPhoneNumber',
    path: '/phone-numbers/{id}',
    about: 'One phone number by its id',
    query: z.strictObject({ ...fields, ...fresh }),
    answer: answer('PhoneNumber'),
    handle: (services, { params, query, token }) => lookUpsOf(services, token).byId(params.id, query),
  }),
];

/** What is tried in place of an id: dots, slashes, further segments. */
export function refusePhoneNumberPath([first = '', ...rest]: readonly string[]): HubcastError {
  if (first === 'by-number') return new HubcastError('invalid_phone_number', 'The path goes on after the number.');
  if (!/^\d{1,20}$/.test(first) || rest.includes('..')) {
    return new HubcastError('invalid_phone_number_id', 'The path holds something else in place of an id.');
  }
  return new HubcastError('not_found', 'No such path.');
}
