/** Stored events and schemas, as paths of the OpenAPI document. */
import { EVENT_OPERATIONS, EVENT_PARAMETERS, type EventParameter } from './event-operations.ts';
import { errorResponses, json } from './openapi-parts.ts';
import { SCHEMA_ANSWERS } from './schema-routes.ts';

type Operation = (typeof EVENT_OPERATIONS)[keyof typeof EVENT_OPERATIONS];

function toPath([operationId, operation]: [string, Operation]) {
  const { method, path, about, parameters, query, scope, answer, errors } = operation;
  const described = {
    operationId,
    tags: ['events'],
    summary: about,
    description: `Needs the scope ${scope}.`,
    parameters: [
      ...parameters.map((name) => toParameter(name, 'path')),
      ...query.map((name: EventParameter) => toParameter(name, 'query')),
    ],
    ...(method === 'post' ? { requestBody: REPAIRED_VALUE } : {}),
    responses: {
      200: answer === null ? STREAM : json(about, { $ref: `#/components/schemas/${answer}` }),
      ...errorResponses(errors),
    },
  };
  return [path, { [method]: described }] as const;
}

function toParameter(name: EventParameter, place: 'path' | 'query') {
  const { about, schema, example } = EVENT_PARAMETERS[name];
  return { name, in: place, required: place === 'path', description: about, schema, example };
}

const REPAIRED_VALUE = {
  description: 'The repaired value, in place of what was refused',
  required: false,
  content: { 'application/json': { schema: {} } },
};

const STREAM = {
  description: 'One message for each event, until either side ends it; a listener that reads too slowly is cut',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
};

const ETAG_ERRORS = ['unauthorized', 'forbidden', 'method_not_allowed'] as const;
const pathText = (name: string, example: string, description: string) => {
  return { name, in: 'path', required: true, description, schema: { type: 'string' }, example };
};

const SCHEMA_PATHS = {
  '/schemas': {
    get: {
      operationId: 'listSchemas',
      tags: ['events'],
      summary: 'Every event type, with family, key and the path of its schema',
      responses: {
        200: json('All types', SCHEMA_ANSWERS.index),
        304: { description: 'Unchanged since the answer with that ETag' },
        ...errorResponses(ETAG_ERRORS),
      },
    },
  },
  '/schemas/{type}/{version}': {
    get: {
      operationId: 'getSchema',
      tags: ['events'],
      summary: 'The JSON Schema (2020-12) that dataschema urn:hubcast:{type}:{version} names',
      parameters: [
        pathText('type', 'whatsapp.phone_number_name_update', 'Event type, or "envelope" for what all have in common'),
        pathText('version', '1', 'Its version'),
      ],
      responses: {
        200: {
          description: 'The schema',
          content: { 'application/schema+json': { schema: SCHEMA_ANSWERS.schema } },
        },
        304: { description: 'Unchanged since the answer with that ETag' },
        ...errorResponses([...ETAG_ERRORS, 'schema_not_found']),
      },
    },
  },
};

export const EVENT_PATHS = {
  ...Object.fromEntries((Object.entries(EVENT_OPERATIONS) as [string, Operation][]).map(toPath)),
  ...SCHEMA_PATHS,
};
