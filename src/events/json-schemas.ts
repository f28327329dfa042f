/** JSON Schemas (2020-12) of the event types, generated from the contract. `schemas/` holds them, committed. */
import { z } from 'zod';
import type { Family } from '../fields/families.ts';
import { allEvents } from '../fields/registry.ts';
import { KNOWN_VALUES } from '../fields/values.ts';
import { envelopeSchema, eventSchemaOf, systemEventSchemaOf, unknownEventSchema } from './contract.ts';
import { dataschemaOf, typeOfEvent, UNKNOWN_TYPE } from './event.ts';
import { exampleEvents } from './examples.ts';
import { UNKNOWN_VERSION } from './split.ts';
import { systemEvents } from './system-events.ts';

export interface EventTypeSchema {
  readonly type: string;
  readonly version: number;
  readonly family: Family;
  readonly about: string;
  /** Meta's page. */
  readonly page: string | null;
  /** What the key of its records is made of. */
  readonly key: string;
  /** Path of its file: `<type>/<version>.json`. */
  readonly path: string;
  readonly schema: object;
  readonly examples: readonly object[];
}

export function eventTypeSchemas(): readonly EventTypeSchema[] {
  const allExamples = exampleEvents();
  const toEntry = (entry: EntryParts) => withSchema(entry, allExamples.get(entry.type) ?? []);
  const typed = allEvents().map(({ field, event, family }) =>
    toEntry({
      type: typeOfEvent(field, event),
      version: event.version,
      family,
      about: event.about ?? field.about,
      page: field.page,
      key: event.key.about,
      schema: eventSchemaOf(field, event),
    }),
  );
  return [
    ...typed,
    toEntry({
      type: UNKNOWN_TYPE,
      version: UNKNOWN_VERSION,
      family: 'unknown',
      about: 'A field this version does not know, or a value of no shape it knows.',
      page: null,
      key: 'entry_id',
      schema: unknownEventSchema,
    }),
    ...systemEvents().map((entry) => {
      const { type, version, family, about, key } = entry;
      return toEntry({ type, version, family, about, page: null, key, schema: systemEventSchemaOf(entry) });
    }),
  ];
}

type EntryParts = Omit<EventTypeSchema, 'path' | 'schema' | 'examples'> & { readonly schema: z.ZodType };

function withSchema({ schema, ...entry }: EntryParts, examples: readonly object[]): EventTypeSchema {
  const { type, version, page } = entry;
  const generated = toJsonSchema(schema, dataschemaOf(type, version));
  return {
    ...entry,
    path: `${type}/${version}.json`,
    schema: { ...generated, ...(page === null ? {} : { externalDocs: { url: page } }), examples },
    examples,
  };
}

function toJsonSchema(schema: z.ZodType, id: string): object {
  const generated = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    unrepresentable: 'any',
    io: 'input',
    override: ({ jsonSchema }) => {
      openKnownValues(jsonSchema);
      // No registered format: validators refuse it. `contentEncoding` and the pattern say the same.
      if (jsonSchema.format === 'base64') delete jsonSchema.format;
    },
  });
  const { $schema, ...rest } = generated;
  return { $schema, $id: id, ...rest };
}

/** An open list of values: those known, or any other. */
function openKnownValues(schema: Record<string, unknown>): void {
  const known = schema[KNOWN_VALUES];
  if (known === undefined) return;
  delete schema[KNOWN_VALUES];
  delete schema.type;
  schema.anyOf = [{ enum: known }, { type: 'string' }];
}

/** The schema all events share. */
export function envelopeJsonSchema(): { readonly path: string; readonly schema: object } {
  return { path: 'envelope/1.json', schema: toJsonSchema(envelopeSchema, 'urn:hubcast:envelope:1') };
}

/** The table of contents: `schemas/index.json`. */
export function schemaIndex(): object {
  const types = eventTypeSchemas().map(({ type, version, family, key, about, page, path }) => {
    return { type, version, dataschema: dataschemaOf(type, version), family, key, about, page, path };
  });
  return { envelope: envelopeJsonSchema().path, types };
}
