/** JSON Schemas (draft-07) of the event types, generated from the contract. `schemas/` holds them, committed. */
import * as z from 'zod';
import type { Family } from '../fields/families.ts';
import { allEvents } from '../fields/registry.ts';
import { envelopeSchema, eventSchemaOf, systemEventSchemaOf, unknownEventSchema } from './contract.ts';
import { dataschemaOf, typeOfEvent, UNKNOWN_TYPE, UNKNOWN_VERSION } from './event.ts';
import { exampleEvents } from './examples.ts';
import { addTitles, type JsonSchema, pascalCase, toBundle, toPortable } from './portable-schemas.ts';
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
  readonly schema: JsonSchema;
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
  const all = [
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
  addTitles(new Map(all.map(({ type, schema }) => [nameOf(type), schema])));
  return all;
}

/** `whatsapp.phone_number_name_update` is a PhoneNumberNameUpdate. */
function nameOf(type: string): string {
  return pascalCase(type.replace(/^whatsapp\./, ''));
}

type EntryParts = Omit<EventTypeSchema, 'path' | 'schema' | 'examples'> & { readonly schema: z.ZodType };

function withSchema({ schema, ...entry }: EntryParts, examples: readonly object[]): EventTypeSchema {
  const { type, version, page } = entry;
  const generated = toJsonSchema(schema, dataschemaOf(type, version));
  return {
    ...entry,
    path: `${type}/${version}.json`,
    schema: { ...generated, ...(page === null ? {} : { $comment: page }), examples },
    examples,
  };
}

export function toJsonSchema(schema: z.ZodType, id: string): JsonSchema {
  const { $schema, ...generated } = z.toJSONSchema(schema, { target: 'draft-07', unrepresentable: 'any', io: 'input' });
  return { $schema, $id: id, ...toPortable(generated) };
}

/** All event types as one schema, with what they share as definitions. */
export function eventsBundle(): { readonly path: string; readonly schema: JsonSchema } {
  const about = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:hubcast:events',
    title: 'WhatsAppEvent',
    description: 'Any event of hubcast. Each type has a file of its own too, with the same names.',
  };
  return {
    path: 'events.json',
    schema: toBundle(
      eventTypeSchemas().map(({ schema }) => schema),
      about,
    ),
  };
}

/** The schema all events share. */
export function envelopeJsonSchema(): { readonly path: string; readonly schema: JsonSchema } {
  const schema = toJsonSchema(envelopeSchema, 'urn:hubcast:envelope:1');
  addTitles(new Map([['Envelope', schema]]));
  return { path: 'envelope/1.json', schema };
}

/** The table of contents: `schemas/index.json`. */
export function schemaIndex(): object {
  const types = eventTypeSchemas().map(({ type, version, family, key, about, page, path }) => {
    return { type, version, dataschema: dataschemaOf(type, version), family, key, about, page, path };
  });
  return { envelope: envelopeJsonSchema().path, types };
}
