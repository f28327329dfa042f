/** The internal listener described by OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html), made from what it does. */
import { ERRORS, type ErrorCode } from '../../core/errors.ts';
import { CHECK_PATHS, CHECK_SCHEMAS } from './check-routes.ts';
import { EVENT_SCHEMAS } from './event-operations.ts';
import type { ManagementContract } from './management-routes.ts';
import { EVENT_PATHS } from './openapi-events.ts';
import { errorResponses, json } from './openapi-parts.ts';
import { OPERATIONS, PARAMETERS, type ParameterName } from './phone-number-operations.ts';

export interface OpenApiOptions {
  readonly version: string;
  readonly contract: AnswerContract;
  readonly managementContract: ManagementContract;
}

/** What the look-ups answer. */
export interface AnswerContract {
  /** JSON Schemas, by the names the operations use. */
  readonly schemas: Readonly<Record<string, object>>;
  /** Members of Meta's node that `fields` takes. */
  readonly fields: readonly string[];
}

export function openApiDocument({ version, contract, managementContract }: OpenApiOptions): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'hubcast, internal listener',
      version,
      description:
        'What hubcast knows of your WhatsApp phone numbers and what it stored, and, with MANAGEMENT=on, what can be done with the numbers. Not for the open internet.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{}, { token: [] }],
    tags: [
      { name: 'phone-numbers', description: 'Look-ups of your own phone numbers' },
      { name: 'management', description: 'Registering and changing numbers; always with a token of the scope manage' },
      { name: 'events', description: 'Stored events, dead letters and their replay, JSON Schemas' },
      { name: 'service', description: 'Probes and this document' },
    ],
    paths: {
      ...Object.fromEntries(Object.entries(OPERATIONS).map((entry) => toPath(entry, contract.fields))),
      ...managementPaths(managementContract),
      ...EVENT_PATHS,
      ...CHECK_PATHS,
      ...SERVICE_PATHS,
    },
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A token of API_TOKENS with the scope numbers:read, events:read or events:replay, not needed on loopback; or manage, always needed.',
        },
      },
      headers: {
        ETag: { description: 'For If-None-Match', schema: { type: 'string' } },
        'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } },
        Allow: { description: 'Methods this path takes', schema: { type: 'string' } },
      },
      schemas: {
        ...contract.schemas,
        ...managementContract.schemas,
        ...EVENT_SCHEMAS,
        ...CHECK_SCHEMAS,
        Error: ERROR_SCHEMA,
      },
    },
  };
}

function toPath(
  [operationId, operation]: [string, (typeof OPERATIONS)[keyof typeof OPERATIONS]],
  fields: readonly string[],
) {
  const { path, about, parameters, query, answer, errors } = operation;
  const get = {
    operationId,
    tags: ['phone-numbers'],
    summary: about,
    parameters: [
      ...parameters.map((name) => toParameter(name, 'path', fields)),
      ...query.map((name) => toParameter(name, 'query', fields)),
      {
        name: 'If-None-Match',
        in: 'header',
        description: 'The ETag of an answer that is known already',
        schema: { type: 'string' },
      },
    ],
    responses: {
      200: {
        description: 'What is known',
        headers: { ETag: { $ref: '#/components/headers/ETag' } },
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } },
      },
      304: { description: 'Unchanged since the answer with that ETag' },
      ...errorResponses(errors),
    },
  };
  return [path, { get }] as const;
}

function toParameter(name: ParameterName, place: 'path' | 'query', fields: readonly string[]) {
  const { about, schema, example } = PARAMETERS[name];
  const parameter = { name, in: place, required: place === 'path', description: about };
  if (name !== 'fields') return { ...parameter, schema, example };
  const items = { type: 'string', enum: fields };
  return {
    ...parameter,
    style: 'form',
    explode: false,
    schema: { type: 'array', items, minItems: 1, maxItems: 64 },
    example: example.split(','),
  };
}

const MANAGEMENT_ERRORS = [
  'invalid_phone_number_id',
  'invalid_query',
  'unauthorized',
  'forbidden',
  'management_off',
  'method_not_allowed',
  'operation_refused',
  'operation_unknown',
  'graph_token_invalid',
  'graph_permission_missing',
  'graph_throttled',
  'graph_unavailable',
  'graph_refused',
  'store_unavailable',
  'write_timed_out',
  'store_full',
  'internal',
] as const satisfies readonly ErrorCode[];
const BODY_ERRORS = ['invalid_body', 'body_incomplete', 'body_too_large'] as const satisfies readonly ErrorCode[];

function managementPaths({ operations }: ManagementContract): Readonly<Record<string, object>> {
  const toOperation = ({ name, on, about, input, answer, path }: ManagementContract['operations'][number]) => {
    const { example, schema } = PARAMETERS[on === 'number' ? 'id' : 'account_id'];
    const [, parameter = ''] = /\{(\w+)\}/.exec(path) ?? [];
    const missing = on === 'number' ? 'phone_number_not_found' : 'account_not_found';
    return {
      operationId: name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      tags: ['management'],
      summary: about,
      security: [{ token: [] }],
      parameters: [
        {
          name: parameter,
          in: 'path',
          required: true,
          description: on === 'number' ? 'The phone number id' : 'The WhatsApp Business Account, one of WABA_IDS',
          schema,
          example,
        },
      ],
      ...(input === null
        ? {}
        : {
            requestBody: {
              required: true,
              content: { 'application/json': { schema: { $ref: `#/components/schemas/${input}` } } },
            },
          }),
      responses: {
        200: {
          description: 'What came of it',
          content: { 'application/json': { schema: { $ref: `#/components/schemas/${answer}` } } },
        },
        ...errorResponses([missing, ...MANAGEMENT_ERRORS, ...(input === null ? [] : BODY_ERRORS)]),
      },
    };
  };
  return Object.fromEntries(
    [...Map.groupBy(operations, ({ path }) => path)].map(([path, ofPath]) => [
      path,
      Object.fromEntries(ofPath.map((operation) => [operation.method.toLowerCase(), toOperation(operation)])),
    ]),
  );
}

const ERROR_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', enum: Object.keys(ERRORS) },
        message: { type: 'string' },
        details: {
          type: 'object',
          description:
            "Where Meta refused: its code, subcode and trace id; of an operation also what the refusal means (about), what to do (todo), how long to wait (wait_seconds), and Meta's own details (meta_says)",
          additionalProperties: { type: ['string', 'integer'] },
        },
      },
    },
  },
};

const statusObject = { type: 'object', required: ['status'], properties: { status: { type: 'string' } } };

const SERVICE_PATHS = {
  '/live': {
    get: {
      operationId: 'isLive',
      tags: ['service'],
      summary: 'The process runs',
      security: [{}],
      responses: { 200: json('It does', statusObject), ...errorResponses(['forbidden', 'method_not_allowed']) },
    },
  },
  '/ready': {
    get: {
      operationId: 'isReady',
      tags: ['service'],
      summary: 'The store can take a write now',
      security: [{}],
      responses: {
        200: json('It can; warnings name what else is wrong, spool what is not in Kafka yet (SPOOL=on)', statusObject),
        503: json('It cannot; why says it', statusObject),
        ...errorResponses(['forbidden', 'method_not_allowed']),
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      tags: ['service'],
      summary: 'What is counted, in the text format of Prometheus',
      security: [{}],
      responses: {
        200: {
          description: 'Every metric of "hubcast describe metrics", and those of the process',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        ...errorResponses(['forbidden', 'method_not_allowed']),
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      tags: ['service'],
      summary: 'This document',
      responses: {
        200: json('This document', { type: 'object' }),
        ...errorResponses(['unauthorized', 'forbidden', 'method_not_allowed']),
      },
    },
  },
};
