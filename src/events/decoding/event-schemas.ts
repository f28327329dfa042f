import type * as z from 'zod';
import { allEvents } from '../../fields/registry.ts';
import { eventSchemaOf, systemEventSchemaOf, unknownEventSchema } from '../contract.ts';
import { dataschemaOf, typeOfEvent, UNKNOWN_TYPE, UNKNOWN_VERSION } from '../event.ts';
import { systemEvents } from '../system-events.ts';

/** Built when the first event of its type is read. */
const MAKERS: ReadonlyMap<string, () => z.ZodType> = new Map<string, () => z.ZodType>([
  ...allEvents().map(
    ({ field, event }) =>
      [dataschemaOf(typeOfEvent(field, event), event.version), () => eventSchemaOf(field, event)] as const,
  ),
  [dataschemaOf(UNKNOWN_TYPE, UNKNOWN_VERSION), () => unknownEventSchema],
  ...systemEvents().map(
    (entry) => [dataschemaOf(entry.type, entry.version), () => systemEventSchemaOf(entry)] as const,
  ),
]);

const made = new Map<string, z.ZodType>();

/** The schema a `dataschema` names, undefined where this version has none. */
export function findEventSchema(dataschema: string): z.ZodType | undefined {
  const known = made.get(dataschema);
  if (known !== undefined) return known;
  const schema = MAKERS.get(dataschema)?.();
  if (schema !== undefined) made.set(dataschema, schema);
  return schema;
}

export const UNKNOWN_DATASCHEMA = dataschemaOf(UNKNOWN_TYPE, UNKNOWN_VERSION);
