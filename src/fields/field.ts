/**
 * The shape of the registry's entries. One entry says all that hubcast knows of one of Meta's fields and of the events
 * it holds; topics, types, JSON Schemas, AsyncAPI, tables and samples derive from it.
 */
import type * as z from 'zod';
import type { Family } from './families.ts';
import type { ItemPath } from './item-place.ts';
import type { PersonMembers } from './person.ts';

/** What is known of an item besides its value. */
export interface Sent {
  readonly entryId: string;
  /** The WhatsApp Business Account, null where the entry id is a business portfolio. */
  readonly accountId: string | null;
  /** When it happened, as well as Meta says. */
  readonly timeMs: number;
  /** A string or number inside the item, as text with every digit. Null when it is absent, empty or neither. */
  readonly text: ReadText;
  /** The same for what Meta put around the item. */
  readonly contextText: ReadText;
  /** The business phone number it is about. */
  readonly number: NamedNumber | null;
  /** The other side of the chat, by the best name that the item, its contact or its thread has. Null for none. */
  readonly participant: () => string | null;
}

/** What an item's own texts tell. */
export type SentTexts = Pick<Sent, 'text' | 'contextText'>;

type ReadText = (...path: readonly string[]) => string | null;

/** A business phone number as far as an event names it. */
export interface NamedNumber {
  readonly digits: string | null;
  readonly id: string | null;
}

/** Where the items of an event type are in the value of a change. */
export interface ItemPlace<Name extends string = string> {
  /** Last part of the type: `whatsapp.<field>.<name>`. */
  readonly name: Name;
  /** From the value inwards: `messages[]`, `history[].threads[].messages[]`. Several where Meta has several shapes. */
  readonly at: readonly [ItemPath, ...ItemPath[]];
}

export interface EventEntry<
  Place extends ItemPlace | null = ItemPlace | null,
  Value extends z.ZodType = z.ZodType,
  Context extends z.ZodType = z.ZodType,
  Derived extends z.ZodType = z.ZodType,
> {
  /** Null: the whole value is one event, of type `whatsapp.<field>`. */
  readonly item: Place;
  /** Where it differs from the field's. */
  readonly family?: Family;
  readonly about?: string;
  /** Version of the event type; a breaking change is a new one beside the old. */
  readonly version: number;
  /** Checks an item. Known values are listed, others pass; unknown members pass. */
  readonly value: Value;
  /** Items only. All of its members are optional: what does not fit is kept beside it, and the item stays typed. */
  readonly context: Context | null;
  /** The members of an item that name the other side: they choose its own contact among `contacts`, and its key. */
  readonly person?: PersonMembers;
  /** The same for members around the item; each path leads to one text. */
  readonly personAround?: PersonMembers;
  /** The item's own time, in Unix seconds as number or text. With one, the entry's time is no part of the event id. */
  seconds?(value: z.output<Value>): number | string | null | undefined;
  /** Where it is not the entry id. */
  account?(value: z.output<Value>, sent: Pick<Sent, 'entryId' | 'text'>): string | null;
  phoneNumber?(value: z.output<Value>, sent: SentTexts): NamedNumber | null;
  subject(value: z.output<Value>, sent: Sent): string | null;
  readonly key: {
    readonly about: string;
    /** What follows the first colon may lead to a person: a name, a group, the id of a message. So may the subject. */
    readonly participant?: true;
    of(value: z.output<Value>, sent: Sent): string;
  };
  /** Our reading, where Meta's is ambiguous. */
  readonly derived?: {
    readonly schema: Derived;
    of(value: z.output<Value>, sent: Sent): z.output<Derived>;
  };
}

export interface Sample {
  readonly about: string;
  /** The value of a change. */
  readonly value: unknown;
  /** Where the entry is not like the others: a portfolio's id, or no time. */
  readonly entry?: { readonly id?: string; readonly time?: null };
}

export interface FieldEntry<
  Name extends string = string,
  Events extends readonly EventEntry[] = readonly EventEntry[],
> {
  /** Meta's name: the value of `changes[].field`. */
  readonly name: Name;
  readonly family: Family;
  /** One sentence for tables and schemas. */
  readonly about: string;
  /** Meta's page, null where there is none. */
  readonly page: string | null;
  /** Whether apps can subscribe to it is not known: Meta names it, and no more, or spelt it so once. */
  readonly unsure?: true;
  readonly events: Events;
  /** Values as Meta documents or sends them; every event of the field comes from at least one. */
  readonly samples: readonly [Sample, ...Sample[]];
}

/** An event that is the whole value of a change. */
export function wholeValue<Value extends z.ZodType, Derived extends z.ZodType = never>(
  entry: Omit<EventEntry<null, Value, never, Derived>, 'item' | 'context'>,
): EventEntry<null, Value, never, Derived> {
  return { ...entry, item: null, context: null };
}

/** An event for each member of an array in the value. */
export function eachItem<
  const Name extends string,
  Value extends z.ZodType,
  Context extends z.ZodType,
  Derived extends z.ZodType = never,
>(entry: EventEntry<ItemPlace<Name>, Value, Context, Derived>): EventEntry<ItemPlace<Name>, Value, Context, Derived> {
  return entry;
}

/** Keeps the entry's own types, so that the union of events can be derived from the registry. */
export function defineField<const Name extends string, const Events extends readonly EventEntry[]>(
  entry: FieldEntry<Name, Events>,
): FieldEntry<Name, Events> {
  return entry;
}

/** An entry whatever its values: where code handles all fields alike. */
export type AnyField = FieldEntry;
export type AnyEvent = EventEntry;
