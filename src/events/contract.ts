/**
 * What consumers are promised: the schema of each event type, and the TypeScript union of them, both derived from the
 * registry. CloudEvents 1.0, section 3; the extension attributes follow its naming rule (lower case, no separators).
 */
import { z } from 'zod';
import type { AnyField } from '../fields/field.ts';
import type { FIELDS } from '../fields/registry.ts';
import { DEAD_LETTER_VERSION } from './dead-letter.ts';
import { DEAD_LETTER_TYPE, dataschemaOf, typeOfField, UNKNOWN_TYPE } from './event.ts';
import { UNKNOWN_VERSION } from './split.ts';

const attributes = {
  specversion: z.literal('1.0'),
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta({ description: 'The same content sent again has the same id; different content never shares one' }),
  source: z.string().meta({ description: '/whatsapp/<entry id>' }),
  subject: z.string().optional().meta({ description: 'What the event is about; absent when there is nothing' }),
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

const context = z
  .record(z.string(), z.unknown())
  .optional()
  .meta({ description: 'What Meta put around the item, when there was anything' });

const phoneNumber = z
  .object({
    digits: z.string().meta({ description: 'Digits of the number, as webhooks name it', 'x-pii': 'phone_number' }),
    id: z.string().nullable().meta({ description: 'phone_number_id, when known' }),
    known: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether the account has this number; null when that is not known' }),
  })
  .nullable();

const issue = z.object({ path: z.string(), code: z.string(), message: z.string() });

/** Schema of the events of a field. */
export function eventSchemaOf(field: AnyField) {
  const type = typeOfField(field.name);
  return z
    .object({
      ...attributes,
      type: z.literal(type),
      dataschema: z.literal(dataschemaOf(type, field.version)),
      data: z.object({
        field: z.literal(field.name),
        ...entryData,
        phone_number: phoneNumber,
        context,
        value: field.value,
        ...(field.derived === undefined ? {} : { derived: field.derived.schema }),
      }),
    })
    .meta({ title: type, description: field.about, externalDocs: field.page });
}

export const unknownEventSchema = z
  .object({
    ...attributes,
    type: z.string().regex(/^whatsapp\.[a-z0-9_]{1,64}$/),
    dataschema: z.literal(dataschemaOf(UNKNOWN_TYPE, UNKNOWN_VERSION)),
    data: z.object({ field: z.string().nullable(), ...entryData, phone_number: z.null(), context, value: z.unknown() }),
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
      chunk: z
        .object({ event_id: z.string(), event_type: z.string(), number: z.int().min(1), count: z.int().min(1) })
        .optional()
        .meta({ description: 'Of an event too large for its topic: body_base64 of all chunks, joined, is the event' }),
      value: z.unknown().optional().meta({ description: 'The item, untouched' }),
      body_base64: z.base64().optional().meta({ description: 'The bytes, where they could not be read' }),
    }),
  })
  .meta({ title: DEAD_LETTER_TYPE, description: 'What could not be read, split, typed or stored as it is.' });

type Field = (typeof FIELDS)[number];
type Attributes = z.output<z.ZodObject<typeof attributes>>;
type EventOf<F> = F extends {
  readonly name: infer Name extends string;
  readonly value: infer Value extends z.ZodType;
  readonly derived?: infer Derived;
}
  ? Attributes & {
      type: `whatsapp.${Name}`;
      dataschema: string;
      data: z.output<z.ZodObject<typeof entryData>> & {
        field: Name;
        phone_number: z.output<typeof phoneNumber>;
        context?: Record<string, unknown>;
        value: z.output<Value>;
      } & (Derived extends { readonly schema: infer Schema extends z.ZodType }
          ? { derived: z.output<Schema> }
          : unknown);
    }
  : never;

/** Every event of a known field, told apart by `type`. */
export type FieldEvent = EventOf<Field>;
