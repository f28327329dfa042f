/** Converts settings to those of the schema registry. */
import type { StoreSettings } from '../../config/settings.ts';
import { within } from '../../core/time-out.ts';
import { openSchemas } from '../../events/schema-files.ts';
import type { StoreContext } from '../store-kind.ts';
import type { RegistryConnection } from './registry-client.ts';
import { type EventSchema, openSchemaIds, type SchemaIds } from './schema-ids.ts';

/** Of one request. */
const TIMEOUT_MS = 5_000;
const START_MS = 10_000;

/** Null without SCHEMA_REGISTRY_URL. */
export function toRegistry({ settings }: StoreContext): RegistryConnection | null {
  const url = settings().SCHEMA_REGISTRY_URL;
  if (url === undefined) return null;
  return {
    url,
    authorization: () => authorizationOf(settings()),
    ca: () => settings().SCHEMA_REGISTRY_CA,
    timeoutMs: TIMEOUT_MS,
  };
}

/** Waits for the ids, so that the first values have them; not longer than a start may take. */
export async function openSchemaIdsOf(context: StoreContext): Promise<SchemaIds | undefined> {
  const registry = toRegistry(context);
  if (registry === null) return undefined;
  const isFramed = context.settings().KAFKA_VALUE_FORMAT === 'registry';
  const schemaIds = openSchemaIds({ registry, schemas: readEventSchemas, isFramed, log: context.log });
  await within(schemaIds.tried, START_MS, () => undefined);
  return schemaIds;
}

function authorizationOf(settings: StoreSettings): string | undefined {
  const {
    SCHEMA_REGISTRY_USERNAME: username,
    SCHEMA_REGISTRY_PASSWORD: password,
    SCHEMA_REGISTRY_TOKEN: token,
  } = settings;
  if (token !== undefined) return `Bearer ${token}`;
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Of all event types. The subject is the name of the type, its title: RecordNameStrategy. */
export async function readEventSchemas(): Promise<readonly EventSchema[]> {
  const files = openSchemas();
  const { types } = (await files.index()) as {
    readonly types: readonly { readonly type: string; readonly version: number; readonly dataschema: string }[];
  };
  return Promise.all(
    types.map(async ({ type, version, dataschema }) => {
      const { examples: _examples, ...schema } = (await files.find(type, String(version))) as {
        readonly title: string;
        readonly examples?: unknown;
      };
      return { dataschema, subject: schema.title, schema: JSON.stringify(schema) };
    }),
  );
}
