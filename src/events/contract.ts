/**
 * What consumers are promised: the schema of each event type, and the TypeScript union of them, both derived from the
 * registry. CloudEvents 1.0, section 3; the extension attributes follow its naming rule (lower case, no separators).
 */
import * as z from 'zod';
import type { AnyEvent, AnyField, EventEntry, FieldEntry, ItemPlace } from '../fields/field.ts';
import type { FIELDS } from '../fields/registry.ts';
import { entryData, namedNumber, replacedSurrogates, surroundings } from './data-members.ts';
import { dataschemaOf, typeOfEvent, UNKNOWN_TYPE, UNKNOWN_VERSION } from './event.ts';
import { deadLetter } from './system/dead-letter.ts';
import type { SystemEvent } from './system-event.ts';
import type { SYSTEM_EVENTS } from './system-events.ts';

const attributes = {
  specversion: z.literal('1.0'),
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta({ description: 'The same content sent again has the same id; different content never shares one' }),
  source: z.string().meta({ description: '/whatsapp/<entry id>' }),
  subject: z
    .string()
    .optional()
    .meta({ description: 'What the event is about; absent when there is nothing', 'x-pii': 'unknown' }),
  time: z.iso.datetime().meta({ description: "The item's own time, else the entry's, else the time of receipt" }),
  datacontenttype: z.literal('application/json'),
  app: z.string().meta({ description: 'Which Meta app it was sent to' }),
  receivedtime: z.iso.datetime().meta({ description: 'When the POST arrived' }),
  deliveryid: z.uuid().meta({ description: 'Id of the POST; the log has a line for each' }),
  repairedby: z.string().optional().meta({
    description: 'token:<name> or cli:<user> who repaired the value of a dead letter; absent: all is as sent',
  }),
};

const phoneNumber = namedNumber.nullable();
const { context, unrecognized } = surroundings;

/** Schema of one event type of a field. */
export function eventSchemaOf(field: AnyField, event: AnyEvent) {
  const type = typeOfEvent(field, event);
  return z
    .object({
      ...attributes,
      type: z.literal(type),
      dataschema: z.literal(dataschemaOf(type, event.version)),
      data: z.object({
        field: z.literal(field.name),
        ...entryData,
        phone_number: phoneNumber,
        ...(event.context === null ? {} : { context: event.context }),
        unrecognized,
        value: event.value,
        ...(event.derived === undefined ? {} : { derived: event.derived.schema }),
        replaced_surrogates: replacedSurrogates,
      }),
    })
    .meta({ description: event.about ?? field.about });
}

/** What every event has in common, whatever its type. */
export const envelopeSchema = z
  .object({
    ...attributes,
    type: z.string().meta({ description: 'whatsapp.<field> or whatsapp.<field>.<item>' }),
    dataschema: z.string().meta({ description: 'urn:hubcast:<type>:<version>, the $id of the schema of its type' }),
    data: z
      .looseObject({ field: z.string().nullable(), test: entryData.test })
      .meta({ description: "What the event says; the type's own schema has its shape" }),
  })
  .meta({
    description:
      'A CloudEvent 1.0 in JSON structured mode, as the value of every record. Readers ignore members they do not know.',
  });

export const unknownEventSchema = z
  .object({
    ...attributes,
    type: z.string().regex(/^whatsapp\.[a-z0-9_]{1,64}$/),
    dataschema: z.literal(dataschemaOf(UNKNOWN_TYPE, UNKNOWN_VERSION)),
    data: z.object({
      field: z.string().nullable(),
      ...entryData,
      phone_number: z.null(),
      context,
      unrecognized,
      value: z.unknown(),
      replaced_surrogates: replacedSurrogates,
    }),
  })
  .meta({
    description:
      'What Meta sent and this version does not know, as it came. The type is whatsapp.<field> when the field name is clean.',
  });

/** Schema of one event type that hubcast makes itself. */
export function systemEventSchemaOf<Type extends string, Data extends z.ZodObject>(entry: SystemEvent<Type, Data>) {
  const { type, version, about, data } = entry;
  return z
    .object({ ...attributes, type: z.literal(type), dataschema: z.literal(dataschemaOf(type, version)), data })
    .meta({ description: about });
}

export const deadLetterSchema = systemEventSchemaOf(deadLetter);

type Attributes = z.output<z.ZodObject<typeof attributes>>;

type EventData<Name, Value, Context, Derived> = z.output<z.ZodObject<typeof entryData>> & {
  field: Name;
  phone_number: z.output<typeof phoneNumber>;
  unrecognized?: Record<string, unknown>;
  replaced_surrogates?: number;
  value: z.output<Value>;
} & ([Context] extends [never] ? unknown : { context: z.output<Context> }) &
  ([Derived] extends [never] ? unknown : { derived: z.output<Derived> });

type EventOf<Name extends string, E> =
  E extends EventEntry<infer Place, infer Value, infer Context, infer Derived>
    ? Attributes & {
        type: Place extends ItemPlace<infer Item> ? `whatsapp.${Name}.${Item}` : `whatsapp.${Name}`;
        dataschema: string;
        data: EventData<Name, Value, Context, Derived>;
      }
    : never;

type EventsOf<F> = F extends FieldEntry<infer Name, infer Events> ? EventOf<Name, Events[number]> : never;

/** Every event of a known field, a union by `type`. */
export type FieldEvent = EventsOf<(typeof FIELDS)[number]>;

type SystemEventOf<E> =
  E extends SystemEvent<infer Type, infer Data>
    ? Attributes & { type: Type; dataschema: string; data: z.output<Data> }
    : never;

/** Every system event, a union by `type`. */
export type HubcastEvent = SystemEventOf<(typeof SYSTEM_EVENTS)[number]>;
