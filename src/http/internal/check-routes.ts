/** What doctor finds, over HTTP: the path as data, for the route and for /openapi.json. */
import type { Express, Request, Response } from 'express';
import type { ErrorCode } from '../../core/errors.ts';
import { sendJson } from '../server/answer.ts';
import { errorResponses, json } from './openapi-parts.ts';
import { refuseMethod } from './phone-number-routes.ts';
import { type Parameter, readQuery } from './query.ts';

/** @param probe also calls the callback URL, which stores a test event */
export type ReadChecks = (probe: boolean) => Promise<object>;

const PARAMETERS = {
  probe: {
    about: 'true also calls the callback URL as Meta does: handshake, and a signed test webhook that is stored',
    schema: { type: 'string', enum: ['true', 'false'] },
    example: 'false',
  },
} as const satisfies Record<string, Parameter>;

export interface CheckRoutes {
  readonly checks: ReadChecks;
  /** @throws HubcastError where the caller may not read events */
  readonly authorize: (request: Request) => void;
}

export function addCheckRoutes(app: Express, { checks, authorize }: CheckRoutes): void {
  app.get('/checks', async (request: Request, response: Response) => {
    authorize(request);
    const { probe } = readQuery(request, ['probe'], PARAMETERS);
    sendJson(response, 200, await checks(probe === 'true'));
  });
  app.all('/checks', refuseMethod);
}

const ERRORS_OF_CHECKS = [
  'invalid_query',
  'unauthorized',
  'forbidden',
  'method_not_allowed',
  'internal',
] as const satisfies readonly ErrorCode[];

export const CHECK_PATHS = {
  '/checks': {
    get: {
      operationId: 'getChecks',
      tags: ['service'],
      summary: 'What is wrong with the set-up, why it matters and how to mend it: what hubcast doctor says',
      description: 'Needs the scope events:read. An answer is kept for 30 seconds.',
      parameters: Object.entries(PARAMETERS).map(([name, { about, schema, example }]) => {
        return { name, in: 'query', required: false, description: about, schema, example };
      }),
      responses: {
        200: json('What was found, the worst first; no findings: all is well', { $ref: '#/components/schemas/Checks' }),
        ...errorResponses(ERRORS_OF_CHECKS),
      },
    },
  },
};

const texts = (...names: string[]) => ({
  type: 'object',
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const finding = texts('code', 'severity', 'what', 'why', 'fix');

export const CHECK_SCHEMAS = {
  Checks: {
    type: 'object',
    required: ['checked_at', 'findings', 'skipped'],
    properties: {
      checked_at: { type: 'string', format: 'date-time' },
      findings: {
        type: 'array',
        items: {
          ...finding,
          properties: { ...finding.properties, severity: { type: 'string', enum: ['error', 'warning', 'info'] } },
        },
      },
      skipped: { type: 'array', items: texts('check', 'reason') },
    },
  },
};
