/** JSON Schemas over HTTP: what `dataschema` names is found here. */
import type { Express, Request, Response } from 'express';
import { HubcastError } from '../../core/errors.ts';
import { refuseMethod } from './phone-number-routes.ts';
import { sendRevalidated } from './revalidate.ts';

export interface PublishedSchemas {
  readonly index: () => Promise<object>;
  /** @param version its number; undefined where there is no such type or version */
  readonly find: (type: string, version: string) => Promise<object | undefined>;
}

/** Schemas only grow, and only with a new version of hubcast. */
const HOUR = 'private, max-age=3600';

export function addSchemaRoutes(app: Express, schemas: PublishedSchemas): void {
  app.get('/schemas', async (request: Request, response: Response) =>
    sendRevalidated(request, response, await schemas.index()),
  );
  app.get('/schemas/:type/:version', async (request: Request, response: Response) => {
    const { type, version } = request.params as { type: string; version: string };
    const schema = await schemas.find(type, version.replace(/\.json$/, ''));
    if (schema === undefined) throw new HubcastError('schema_not_found', 'No such type or version.');
    sendRevalidated(request, response, schema, { mediaType: 'application/schema+json', cacheControl: HOUR });
  });
  for (const path of ['/schemas', '/schemas/:type/:version']) app.all(path, refuseMethod);
  // Dots, slashes and what else is tried in place of a type.
  app.all('/schemas/*rest', () => {
    throw new HubcastError('schema_not_found', 'The path is not /schemas/<type>/<version>.');
  });
}

/** For /openapi.json. */
export const SCHEMA_ANSWERS = {
  index: { type: 'object', properties: { envelope: { type: 'string' }, types: { type: 'array' } } },
  schema: { type: 'object', description: 'JSON Schema, draft 2020-12' },
};
