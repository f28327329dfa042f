/**
 * The shape of the registry's entries. One entry says all that hubcast knows of one of Meta's fields; topics, types,
 * JSON Schemas, tables and samples derive from it.
 */
import type { z } from 'zod';
import type { Family } from './families.ts';

/** What is known of an item besides its value. */
export interface ItemOrigin {
  readonly entryId: string;
  /** The WhatsApp Business Account, null where the entry id is a business portfolio. */
  readonly accountId: string | null;
  /** When it happened, as well as Meta says. */
  readonly timeMs: number;
}

export interface FieldEntry<Value extends z.ZodType = z.ZodType, Derived extends z.ZodType = z.ZodType> {
  /** Meta's name: the value of `changes[].field`. */
  readonly name: string;
  readonly family: Family;
  /** One sentence for tables and schemas. */
  readonly about: string;
  /** Meta's page. */
  readonly page: string;
  /** Version of the event type; a breaking change is a new one beside the old. */
  readonly version: number;
  /** Checks an item. Known values are listed, others pass; unknown members pass. */
  readonly value: Value;
  /** Digits of the phone number the item is about, null when it has none. */
  readonly digits: (value: z.output<Value>) => string | null;
  readonly subject: (value: z.output<Value>) => string | null;
  readonly key: { readonly about: string; readonly of: (value: z.output<Value>, origin: ItemOrigin) => string };
  /** Our reading, where Meta's is ambiguous. */
  readonly derived?: {
    readonly schema: Derived;
    readonly of: (value: z.output<Value>, origin: ItemOrigin) => z.output<Derived>;
  };
  /** Values as Meta documents or sends them. */
  readonly samples: readonly { readonly about: string; readonly value: z.input<Value> }[];
}

/** Keeps the entry's own types, so that the union of events can be derived from the registry. */
export function defineField<const Name extends string, Value extends z.ZodType, Derived extends z.ZodType>(
  entry: FieldEntry<Value, Derived> & { readonly name: Name },
): FieldEntry<Value, Derived> & { readonly name: Name } {
  return entry;
}

/** An entry whatever its value: where code handles all fields alike. */
export type AnyField = FieldEntry;
