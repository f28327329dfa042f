/** The look-up routes as data: paths, parameters, answers and refusals. Routes and /openapi.json are made from it. */
import type { ErrorCode } from '../../core/errors.ts';
import type { Parameter } from './query.ts';

const DIGITS_20 = '^[0-9]{1,20}$';
const WORD = '^[A-Za-z_]{1,40}$';

export const PARAMETERS = {
  id: {
    about: 'The phone number id',
    schema: { type: 'string', pattern: DIGITS_20 },
    example: '106540352242922',
  },
  number: {
    about:
      'The phone number with its country code: 5 to 15 digits. Other ways of writing it, as "+1 (631) 555-1234", are taken too',
    schema: { type: 'string', pattern: '^\\+?[1-9]([ .-]?[0-9]){4,14}$' },
    example: '+1 631-555-1234',
  },
  account_id: {
    about: 'Only this WhatsApp Business Account, one of WABA_IDS',
    schema: { type: 'string', pattern: DIGITS_20 },
    example: '102290129340398',
  },
  quality: {
    about: 'Only numbers with this quality rating: GREEN, YELLOW, RED, UNKNOWN, NA',
    schema: { type: 'string', pattern: WORD },
    example: 'RED',
  },
  status: {
    about: 'Only numbers with this status: CONNECTED, PENDING, …',
    schema: { type: 'string', pattern: WORD },
    example: 'CONNECTED',
  },
  fields: {
    about: "Members of Meta's node to keep in value, between commas",
    schema: { type: 'string', pattern: '^[a-z_]{1,64}(,[a-z_]{1,64}){0,63}$' },
    example: 'verified_name,status',
  },
  fresh: {
    about: "true asks Graph, as far as Meta's limits allow; else what is known is answered",
    schema: { type: 'string', enum: ['true', 'false'] },
    example: 'true',
  },
} as const satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof PARAMETERS;

interface Operation {
  readonly path: string;
  readonly about: string;
  readonly parameters: readonly ParameterName[];
  readonly query: readonly ParameterName[];
  /** Name of its schema. */
  readonly answer: string;
  readonly errors: readonly ErrorCode[];
}

const GRAPH_ERRORS = [
  'graph_not_configured',
  'graph_token_invalid',
  'graph_permission_missing',
  'graph_throttled',
  'graph_unavailable',
  'graph_refused',
] as const satisfies readonly ErrorCode[];
const ACCESS_ERRORS = ['unauthorized', 'forbidden', 'method_not_allowed'] as const satisfies readonly ErrorCode[];

/** In the order in which paths are tried: fixed words before parameters. */
export const OPERATIONS = {
  listPhoneNumbers: {
    path: '/phone-numbers',
    about: 'The phone numbers of an account, or of all accounts in WABA_IDS',
    parameters: [],
    query: ['account_id', 'quality', 'status', 'fields', 'fresh'],
    answer: 'PhoneNumberList',
    errors: ['invalid_query', 'account_not_found', ...ACCESS_ERRORS, ...GRAPH_ERRORS],
  },
  reportHealth: {
    path: '/phone-numbers/health',
    about: 'How the numbers are doing, reason, and what to do',
    parameters: [],
    query: ['account_id', 'fresh'],
    answer: 'HealthReport',
    errors: ['invalid_query', 'account_not_found', ...ACCESS_ERRORS, ...GRAPH_ERRORS],
  },
  findPhoneNumber: {
    path: '/phone-numbers/by-number/{number}',
    about:
      'One of your own numbers by its digits. Whether a person uses WhatsApp cannot be looked up: there is no such API',
    parameters: ['number'],
    query: ['account_id', 'fields', 'fresh'],
    answer: 'PhoneNumberByNumber',
    errors: [
      'invalid_phone_number',
      'invalid_query',
      'phone_number_not_found',
      'account_not_found',
      ...ACCESS_ERRORS,
      ...GRAPH_ERRORS,
    ],
  },
  getPhoneNumberHealth: {
    path: '/phone-numbers/{id}/health',
    about: 'How one number is doing',
    parameters: ['id'],
    query: ['fresh'],
    answer: 'PhoneNumberHealth',
    errors: ['invalid_phone_number_id', 'invalid_query', 'phone_number_not_found', ...ACCESS_ERRORS, ...GRAPH_ERRORS],
  },
  getPhoneNumber: {
    path: '/phone-numbers/{id}',
    about: 'One phone number by its id',
    parameters: ['id'],
    query: ['fields', 'fresh'],
    answer: 'PhoneNumber',
    errors: ['invalid_phone_number_id', 'invalid_query', 'phone_number_not_found', ...ACCESS_ERRORS, ...GRAPH_ERRORS],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;
