/** JSON Schemas over HTTP: what `dataschema` names is found here. */
import * as z from 'zod';
import { HubcastError } from '../../core/errors.ts';
import { defineRoute, REVALIDATED } from './route.ts';

const about = (description: string, example: string) => ({ description, example });

/** Schemas only grow, and only with a new version of hubcast. */
const HOUR = 'private, max-age=3600';

export const SCHEMA_ROUTES = [
  defineRoute({
    id: 'listSchemas',
    method: 'GET',
    path: '/schemas',
    tag: 'events',
    about: 'Every event type, with family, key and the path of its schema',
    access: 'any',
    answer: {
      schema: z.object({ envelope: z.string(), types: z.array(z.looseObject({ path: z.string() })) }),
      revalidated: REVALIDATED,
    },
    errors: [],
    handle: ({ schemas }) => schemas.index(),
  }),
  defineRoute({
    id: 'getSchema',
    method: 'GET',
    path: '/schemas/{type}/{version}',
    tag: 'events',
    about: 'The JSON Schema (draft-07) that dataschema urn:hubcast:{type}:{version} names',
    access: 'any',
    params: z.object({
      type: z
        .string()
        .meta(about('Event type, or "envelope" for what all have in common', 'whatsapp.phone_number_name_update')),
      version: z.string().meta(about('Its version', '1')),
    }),
    badPath: 'schema_not_found',
    answer: { schema: z.looseObject({}), mediaType: 'application/schema+json', revalidated: HOUR },
    errors: [],
    handle: ({ schemas }, { params }) => schemas.find(params.type, params.version.replace(/\.json$/, '')),
  }),
];

/** What is tried in place of a type: dots, slashes, further segments. */
export const refuseSchemaPath = () =>
  new HubcastError('schema_not_found', 'The path is not /schemas/<type>/<version>.');
