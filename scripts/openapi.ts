/**
 * The internal listener as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html), from its table of routes. zod-openapi
 * turns the zod schemas into parameters, bodies and components.
 */
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../src/core/errors.ts';
import { EVENT_ANSWERS } from '../src/event-queries/event-schemas.ts';
import { DELIVERY_ANSWERS } from '../src/http/internal/delivery-routes.ts';
import type { Route } from '../src/http/internal/route.ts';
import { ROUTES } from '../src/http/internal/routes.ts';
import { SERVICE_ANSWERS } from '../src/http/internal/service-answers.ts';
import { ANSWERS } from '../src/phone-numbers/look-ups/number-schemas.ts';
import { INPUTS } from '../src/phone-numbers/management/inputs.ts';
import { MANAGEMENT_ANSWERS } from '../src/phone-numbers/management/operation-schemas.ts';

const TOKEN = { token: [] };
const RETRY_AFTER = z.int().min(1).meta({ description: 'Seconds to wait' });
const ALLOW = z.string().meta({ description: 'Methods this path takes' });
const ETAG = z.string().meta({ description: 'For If-None-Match' });

export function openApiDocument(version: string): object {
  const documented = ROUTES.filter(({ tag }) => tag !== null);
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'hubcast, internal listener',
        version,
        description:
          'What hubcast knows of your WhatsApp phone numbers and what it stored, and, with MANAGEMENT=on, what can be done with the numbers. Not for the open internet.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{}, TOKEN],
      tags: [
        { name: 'phone-numbers', description: 'Look-ups of your own phone numbers' },
        { name: 'management', description: 'Registering and changing numbers' },
        { name: 'events', description: 'Stored events, dead letters and their replay, JSON Schemas' },
        { name: 'service', description: 'Probes, checks and this document' },
      ],
      paths: Object.fromEntries(
        [...Map.groupBy(documented, ({ path }) => path)].map(([path, routes]) => [
          path,
          Object.fromEntries(routes.map((route) => [route.method.toLowerCase(), toOperation(route)])),
        ]),
      ),
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token of API_TOKENS. On loopback and without API_TOKENS reads need none.',
          },
        },
        headers: { 'Retry-After': RETRY_AFTER, Allow: ALLOW, ETag: ETAG },
        schemas: {
          ...ANSWERS,
          ...MANAGEMENT_ANSWERS,
          ...Object.fromEntries(Object.entries(INPUTS).map(([name, schema]) => [`${name}Input`, schema])),
          ...EVENT_ANSWERS,
          ...DELIVERY_ANSWERS,
          ...SERVICE_ANSWERS,
        },
      },
    },
    // Answers only grow: a client must accept members that it does not know.
    {
      override: ({ jsonSchema, io }) => {
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
}

function toOperation(route: Route): ZodOpenApiOperationObject {
  const { id, tag, about, access, params, query, body, answer } = route;
  const { schema = z.string(), mediaType = 'application/json', revalidated, unavailable } = answer;
  return {
    operationId: id,
    tags: tag === null ? [] : [tag],
    summary: about,
    ...(access !== 'open' && access !== 'any' && { description: `Needs the scope ${access}.` }),
    ...(access === 'open' && { security: [{}] }),
    ...((access === 'manage' || route.method !== 'GET') && { security: [TOKEN] }),
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      ...(revalidated && { header: IF_NONE_MATCH }),
    },
    ...(body && {
      requestBody: {
        description: body.about,
        required: body.required,
        content: { 'application/json': { schema: body.schema } },
      },
    }),
    responses: {
      200: {
        description: about,
        content: { [mediaType]: { schema } },
        ...(revalidated && { headers: z.object({ ETag: ETAG }) }),
      },
      ...(revalidated && { 304: { description: 'Unchanged since the answer with that ETag' } }),
      ...(unavailable && {
        503: { description: 'Not now', content: { 'application/json': { schema: unavailable } } },
      }),
      ...errorResponses(errorsOf(route)),
    },
  };
}

const IF_NONE_MATCH = z.object({
  'If-None-Match': z.string().optional().meta({ description: 'The ETag of an answer that is known already' }),
});

function errorsOf({ access, badPath, query, body, errors }: Route): readonly ErrorCode[] {
  return [
    'forbidden',
    'method_not_allowed',
    'internal',
    ...(access === 'open' ? [] : (['unauthorized'] as const)),
    ...(badPath === undefined ? [] : [badPath]),
    ...(query === undefined ? [] : (['invalid_query'] as const)),
    ...(body === undefined ? [] : (['body_too_large', 'body_incomplete'] as const)),
    ...errors,
  ];
}

function errorResponses(codes: readonly ErrorCode[]) {
  return Object.fromEntries(
    [...Map.groupBy(new Set(codes), (code) => ERRORS[code].status)].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].summary}`).join('\n\n'),
        ...(status === 503 && { headers: z.object({ 'Retry-After': RETRY_AFTER }) }),
        ...(status === 405 && { headers: z.object({ Allow: ALLOW }) }),
        content: { 'application/json': { schema: SERVICE_ANSWERS.Error } },
      },
    ]),
  );
}
