/**
 * What consumers are promised: the schema of each event type, and the TypeScript union of them, both derived from the
 * registry. CloudEvents 1.0, section 3; the extension attributes follow its naming rule (lower case, no separators).
 */
import { z } from 'zod';
import type { AnyEvent, AnyField, EventEntry, FieldEntry, ItemPlace } from '../fields/field.ts';
import type { FIELDS } from '../fields/registry.ts';
import { DEAD_LETTER_VERSION } from './dead-letter.ts';
import { DEAD_LETTER_TYPE, dataschemaOf, typeOfEvent, UNKNOWN_TYPE } from './event.ts';
import { UNKNOWN_VERSION } from './split.ts';

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
};

const entryData = {
  entry_id: z.string().meta({ description: 'entry[].id as received; "0" is the Test button of Meta\'s dashboard' }),
  account_id: z
    .string()
    .nullable()
    .meta({ description: 'The WhatsApp Business Account, null where entry_id is a portfolio' }),
  test: z.boolean().meta({ description: 'entry_id is "0"' }),
};

const openMembers = z.record(z.string(), z.unknown());
const context = openMembers.optional().meta({ description: 'What Meta put around the item in its value' });
const around = openMembers.optional().meta({
  description:
    'What Meta put around the update that nobody documents, by where it stood: envelope, entry, change, value. Rarely there',
});

const phoneNumber = z
  .object({
    digits: z.string().nullable().meta({
      description: 'Digits of the number, as webhooks name it; null when only its id is named',
      'x-pii': 'phone_number',
    }),
    id: z.string().nullable().meta({ description: 'phone_number_id, when known' }),
    known: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether the account has this number; null when that is not known' }),
  })
  .nullable();

const issue = z.object({ path: z.string(), code: z.string(), message: z.string() });

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
        around,
        value: event.value,
        ...(event.derived === undefined ? {} : { derived: event.derived.schema }),
      }),
    })
    .meta({ title: type, description: event.about ?? field.about });
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
    title: 'Envelope',
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
      around,
      value: z.unknown(),
    }),
  })
  .meta({
    title: UNKNOWN_TYPE,
    description:
      'What Meta sent and this version does not know, as it came. The type is whatsapp.<field> when the field name is clean.',
  });

export const deadLetterSchema = z
  .object({
    ...attributes,
    type: z.literal(DEAD_LETTER_TYPE),
    dataschema: z.literal(dataschemaOf(DEAD_LETTER_TYPE, DEAD_LETTER_VERSION)),
    data: z.object({
      field: z.string().nullable(),
      entry_id: z.string().nullable(),
      test: z.boolean(),
      issues: z.array(issue).meta({ description: 'What is wrong, and where in the body' }),
      context,
      around,
      chunk: z
        .object({ event_id: z.string(), event_type: z.string(), number: z.int().min(1), count: z.int().min(1) })
        .optional()
        .meta({ description: 'Of an event too large for its topic: body_base64 of all chunks, joined, is the event' }),
      value: z.unknown().optional().meta({ description: 'The item, untouched' }),
      body_base64: z.base64().optional().meta({ description: 'The bytes, where they could not be read' }),
    }),
  })
  .meta({ title: DEAD_LETTER_TYPE, description: 'What could not be read, split, typed or stored as it is.' });

type Attributes = z.output<z.ZodObject<typeof attributes>>;

type EventData<Name, Value, Context, Derived> = z.output<z.ZodObject<typeof entryData>> & {
  field: Name;
  phone_number: z.output<typeof phoneNumber>;
  around?: Record<string, unknown>;
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

/** Every event of a known field, told apart by `type`. */
export type FieldEvent = EventsOf<(typeof FIELDS)[number]>;
