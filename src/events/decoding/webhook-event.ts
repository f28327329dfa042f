/**
 * The events a consumer reads, as one union told apart by `type`. Derived from the registry, like the schemas; only
 * numbers differ, because `decodeEvent` keeps their digits.
 */
import type { FieldEvent, HubcastEvent } from '../contract.ts';

/** Whole numbers beyond 2^53 come as bigint. */
type Exact<T> = unknown extends T
  ? T
  : T extends string
    ? T
    : T extends number
      ? T | bigint
      : T extends readonly (infer Item)[]
        ? Exact<Item>[]
        : T extends object
          ? { [Name in keyof T]: Exact<T[Name]> }
          : T;

/** What Meta sent, as opposed to what hubcast says of it. */
type MetasMember = 'value' | 'context' | 'unrecognized';

type Decoded<Event> = {
  [Name in keyof Event]: Name extends 'data'
    ? { [Member in keyof Event[Name]]: Member extends MetasMember ? Exact<Event[Name][Member]> : Event[Name][Member] }
    : Event[Name];
};

type KnownEvent = Decoded<FieldEvent>;

/** What hubcast makes itself. */
type SystemEvent = Decoded<HubcastEvent>;

/** What could not be read, split, typed or stored as it is. */
export type DeadLetterEvent = Extract<SystemEvent, { type: 'whatsapp.dead_letter' }>;

/** A phone number's state changed. */
export type PhoneNumberChangedEvent = Extract<SystemEvent, { type: 'whatsapp.phone_number.changed' }>;

/** What this version of the package has no type for: `data.field` names Meta's field, if there is one. */
export type UnknownEvent = Decoded<
  Omit<KnownEvent, 'type' | 'data'> & {
    type: 'whatsapp.unknown';
    /** The type in the record: `whatsapp.<field>` where the field's name is clean. */
    originalType: string;
    data: {
      field: string | null;
      test: boolean;
      context?: Record<string, unknown>;
      unrecognized?: Record<string, unknown>;
      value?: unknown;
      [member: string]: unknown;
    };
  }
>;

/** Every event of a known field, those that hubcast makes itself, and the type for everything else. */
export type WebhookEvent = KnownEvent | UnknownEvent | SystemEvent;

export type WebhookEventType = WebhookEvent['type'];

/** The event of a type: `WebhookEventOf<'whatsapp.messages.message'>`. */
export type WebhookEventOf<Type extends WebhookEventType> = Extract<WebhookEvent, { type: Type }>;

/** Meta's name of a field: `messages`, `account_update`. */
export type WebhookField = KnownEvent['data']['field'];

/** All events of one of Meta's fields. */
export type WebhookEventsOf<Field extends WebhookField> = Extract<KnownEvent, { data: { field: Field } }>;
