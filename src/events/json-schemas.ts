/** JSON Schemas (2020-12) of the event types, generated from the contract. `schemas/` holds them, committed. */
import { z } from 'zod';
import { allFields } from '../fields/registry.ts';
import { deadLetterSchema, eventSchemaOf, unknownEventSchema } from './contract.ts';
import { DEAD_LETTER_VERSION } from './dead-letter.ts';
import { DEAD_LETTER_TYPE, dataschemaOf, typeOfField, UNKNOWN_TYPE } from './event.ts';
import { UNKNOWN_VERSION } from './split.ts';

export interface EventTypeSchema {
  readonly type: string;
  readonly version: number;
  readonly about: string;
  /** Where it stands: `<type>/<version>.json`. */
  readonly path: string;
  readonly schema: object;
}

export function eventTypeSchemas(): readonly EventTypeSchema[] {
  return [
    ...allFields().map((field) => toEntry(typeOfField(field.name), field.version, field.about, eventSchemaOf(field))),
    toEntry(UNKNOWN_TYPE, UNKNOWN_VERSION, 'A field this version does not know.', unknownEventSchema),
    toEntry(
      DEAD_LETTER_TYPE,
      DEAD_LETTER_VERSION,
      'What could not be read, typed or stored as it is.',
      deadLetterSchema,
    ),
  ];
}

function toEntry(type: string, version: number, about: string, schema: z.ZodType): EventTypeSchema {
  const generated = z.toJSONSchema(schema, { target: 'draft-2020-12', unrepresentable: 'any', io: 'input' });
  const { $schema, ...rest } = generated;
  return {
    type,
    version,
    about,
    path: `${type}/${version}.json`,
    schema: { $schema, $id: dataschemaOf(type, version), ...rest },
  };
}

/** The table of contents: `schemas/index.json`. */
export function schemaIndex(): object {
  return { types: eventTypeSchemas().map(({ type, version, about, path }) => ({ type, version, about, path })) };
}
