/** The paths of stored events as data: parameters, answers and refusals. Routes and /openapi.json are made from it. */
import type { ErrorCode } from '../../core/errors.ts';
import type { Parameter } from './query.ts';

export const EVENT_PARAMETERS = {
  type: {
    about: 'Only these event types, between commas',
    schema: { type: 'string', pattern: '^whatsapp\\.[a-z0-9_.]{1,130}(,whatsapp\\.[a-z0-9_.]{1,130}){0,31}$' },
    example: 'whatsapp.messages.message,whatsapp.messages.status',
  },
  family: {
    about: 'Only these families, between commas',
    schema: { type: 'string', pattern: '^[a-z-]{1,40}(,[a-z-]{1,40}){0,31}$' },
    example: 'phone-numbers,accounts',
  },
  account_id: {
    about: 'Only of this account: data.account_id or data.entry_id',
    schema: { type: 'string', pattern: '^[0-9]{1,20}$' },
    example: '102290129340398',
  },
  field: {
    about: "Only of this field of Meta's",
    schema: { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$' },
    example: 'messages',
  },
  code: {
    about: 'Only with an issue of this code',
    schema: { type: 'string', pattern: '^[a-z_]{1,40}$' },
    example: 'invalid_type',
  },
  limit: {
    about: 'How many, at most; 50 unless said otherwise',
    schema: { type: 'string', pattern: '^([1-9][0-9]?|1[0-9]{2}|200)$' },
    example: '50',
  },
  before: {
    about: 'Goes on where a page ended: its `next`',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,12000}$' },
    example: 'eyJqb3VybmFsIjoiMTIzIn0',
  },
  at: {
    about: 'Where it is stored, as the list says it: found at once, without a search',
    schema: { type: 'string', pattern: '^[0-9]{1,6}:[0-9]{1,18}$' },
    example: '0:42',
  },
  dry_run: {
    about: 'true says what would happen and stores nothing',
    schema: { type: 'string', enum: ['true', 'false'] },
    example: 'true',
  },
  id: {
    about: 'Id of the dead letter',
    schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    example: 'b34d39bfc47b30712868bf8ec8314169',
  },
} as const satisfies Record<string, Parameter>;

export type EventParameter = keyof typeof EVENT_PARAMETERS;

interface Operation {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly about: string;
  readonly parameters: readonly EventParameter[];
  readonly query: readonly EventParameter[];
  readonly scope: 'events:read' | 'events:replay';
  /** Name of its schema; null for a stream. */
  readonly answer: string | null;
  readonly errors: readonly ErrorCode[];
}

const ACCESS = ['unauthorized', 'forbidden', 'method_not_allowed', 'store_unavailable'] as const;

/** In the order in which paths are tried: fixed words before parameters. */
export const EVENT_OPERATIONS = {
  listEvents: {
    method: 'get',
    path: '/events',
    about: 'What was stored last, the newest first',
    parameters: [],
    query: ['type', 'family', 'account_id', 'limit', 'before'],
    scope: 'events:read',
    answer: 'EventList',
    errors: ['invalid_query', ...ACCESS, 'overloaded'],
  },
  streamEvents: {
    method: 'get',
    path: '/events/stream',
    about:
      'What is stored from now on, as server-sent events: the type as `event`, the id as `id`, the record as `data`',
    parameters: [],
    query: ['type', 'family', 'account_id'],
    scope: 'events:read',
    answer: null,
    errors: ['invalid_query', ...ACCESS, 'overloaded', 'shutting_down'],
  },
  listDeadLetters: {
    method: 'get',
    path: '/dead-letters',
    about: 'What could not be read or typed, the newest first',
    parameters: [],
    query: ['field', 'code', 'limit', 'before'],
    scope: 'events:read',
    answer: 'DeadLetterList',
    errors: ['invalid_query', ...ACCESS, 'overloaded'],
  },
  getDeadLetter: {
    method: 'get',
    path: '/dead-letters/{id}',
    about: 'A dead letter with its issues and what was refused',
    parameters: ['id'],
    query: ['at'],
    scope: 'events:read',
    answer: 'StoredEvent',
    errors: ['invalid_query', 'dead_letter_not_found', ...ACCESS, 'overloaded'],
  },
  replayDeadLetter: {
    method: 'post',
    path: '/dead-letters/{id}/replay',
    about: 'Reads a dead letter again and stores what is fine now. A body, if there is one, is the repaired value',
    parameters: ['id'],
    query: ['at', 'dry_run'],
    scope: 'events:replay',
    answer: 'Replayed',
    errors: [
      'invalid_query',
      'invalid_value',
      'body_too_large',
      'body_incomplete',
      'dead_letter_not_found',
      ...ACCESS,
      'overloaded',
      'write_timed_out',
      'store_full',
    ],
  },
} as const satisfies Record<string, Operation>;

export type EventOperation = keyof typeof EVENT_OPERATIONS;

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const place = {
  topic: text,
  partition: { type: 'integer' },
  offset: { type: 'integer' },
};
const storedAt = { type: ['string', 'null'], format: 'date-time', description: "The record's timestamp" };
const next = { ...textOrNull, description: 'For `before`: the page that follows. Null where nothing older is stored' };
const issues = {
  type: 'array',
  items: { type: 'object', properties: { path: text, code: text, message: text } },
};

export const EVENT_SCHEMAS = {
  StoredEvent: {
    type: 'object',
    required: ['stored_at', 'topic', 'partition', 'offset', 'key', 'headers', 'event'],
    properties: {
      stored_at: storedAt,
      ...place,
      key: textOrNull,
      headers: { type: 'object', additionalProperties: text },
      event: { type: ['object', 'null'], description: 'The CloudEvent; its schema is at /schemas/{type}/{version}' },
      value_text: { ...text, description: 'Where the value is no JSON: somebody else wrote to the topic' },
    },
  },
  EventList: {
    type: 'object',
    required: ['data', 'next'],
    properties: { data: { type: 'array', items: { $ref: '#/components/schemas/StoredEvent' } }, next },
  },
  DeadLetterList: {
    type: 'object',
    required: ['data', 'next'],
    properties: {
      data: {
        type: 'array',
        items: {
          type: 'object',
          required: ['id', 'at', 'stored_at', 'field', 'entry_id', 'part', 'path', 'issues', 'bytes'],
          properties: {
            id: text,
            at: { ...text, description: 'Where it is stored' },
            stored_at: storedAt,
            receivedtime: textOrNull,
            field: textOrNull,
            entry_id: textOrNull,
            part: textOrNull,
            path: textOrNull,
            issues,
            bytes: { type: 'integer', description: 'Size of the event' },
          },
        },
      },
      next,
    },
  },
  Replayed: {
    type: 'object',
    required: ['id', 'outcome', 'events', 'dropped', 'issues'],
    properties: {
      id: text,
      outcome: {
        enum: ['stored', 'refused', 'unreadable'],
        description: 'stored: something is fine now (with dry_run: would be stored)',
      },
      events: { type: 'array', items: { type: 'object', properties: { id: text, type: text, topic: text } } },
      dropped: {
        type: 'integer',
        description: 'Events of families that are not published, or of accounts that are not accepted',
      },
      issues: { ...issues, description: 'What is still wrong' },
    },
  },
} as const;
