import { memoizeLast } from '../core/memoize-last.ts';
import type { Family } from '../fields/families.ts';
import type { AnyEvent, AnyField } from '../fields/field.ts';
import { deadLetter } from './system/dead-letter.ts';
import { systemEvents } from './system-events.ts';

/**
 * An event between splitting and storing: a CloudEvent 1.0 whose `data` is JSON text already, because only text keeps
 * every digit Meta sent.
 */
export interface SplitEvent {
  /** 32 hex digits; different content never shares one. */
  readonly id: string;
  /** `whatsapp.<field>[.<item>]`, `whatsapp.unknown` or `whatsapp.dead_letter`. */
  readonly type: string;
  readonly family: Family;
  readonly key: string | null;
  /** CloudEvents `source`: `/whatsapp/<entry id>`. */
  readonly source: string;
  readonly subject: string | null;
  /** The key, after its first colon, and the subject may name a person. */
  readonly participant?: boolean;
  /** The WhatsApp Business Account, null where none is named for certain. */
  readonly accountId: string | null;
  /** RFC 3339. */
  readonly time: string;
  readonly dataschema: string;
  /** JSON text of `data`. */
  readonly data: string;
  /** Stored again each time: the Test button sends the same sample with every press. */
  readonly repeatable: boolean;
}

/** One POST, and what its events say of it. */
export interface Delivery {
  /** Which Meta app it was sent to. */
  readonly app: string;
  /** Id of the POST, a UUID. */
  readonly deliveryId: string;
  readonly receivedMs: number;
  /** `<kind>:<name>` of the person whose value stands in place of Meta's; absent where all is as Meta sent it. */
  readonly repairedBy?: string | undefined;
  /** What is known of a number, from memory: events name numbers by their digits alone. */
  readonly knownNumber?: KnownNumberOf | undefined;
}

/** `id` is the phone_number_id; `known` is null unless the account's numbers are known completely. */
export type KnownNumberOf = (
  accountId: string,
  digits: string,
) => { readonly id: string | null; readonly known: boolean | null };

export const UNKNOWN_TYPE = 'whatsapp.unknown';
export const UNKNOWN_VERSION = 1;
export const DEAD_LETTER_TYPE = deadLetter.type;

/** The Test button of Meta's dashboard sends this entry id. */
export const TEST_ENTRY_ID = '0';

const CLEAN_FIELD_NAME = /^[a-z0-9_]{1,64}$/;

/** A clean name keeps its type when the field becomes known. */
export function typeOfField(field: string): string {
  return CLEAN_FIELD_NAME.test(field) && !RESERVED_TYPES.has(`whatsapp.${field}`) ? `whatsapp.${field}` : UNKNOWN_TYPE;
}

/** The type of an event of the registry. */
export function typeOfEvent(field: Pick<AnyField, 'name'>, { item }: Pick<AnyEvent, 'item'>): string {
  return item === null ? `whatsapp.${field.name}` : `whatsapp.${field.name}.${item.name}`;
}

/** A field of that name must not pass for one of our own types. */
const RESERVED_TYPES: ReadonlySet<string> = new Set([UNKNOWN_TYPE, ...systemEvents().map(({ type }) => type)]);

export function dataschemaOf(type: string, version: number): string {
  return `urn:hubcast:${type}:${version}`;
}

/** @param entryId null where the entry could not be read */
export const sourceOf = memoizeLast((entryId: string | null): string =>
  entryId === null ? '/whatsapp' : `/whatsapp/${encodeURIComponent(entryId.toWellFormed())}`,
);

/** Seconds where the milliseconds are zero, as Meta's times are. Written by hand: `toISOString` costs many times that. */
export const toRfc3339 = memoizeLast((timeMs: number): string => {
  const inHourMs = timeMs % HOUR_MS;
  if (timeMs % 1000 !== 0) return new Date(timeMs).toISOString();
  const second = inHourMs / 1000;
  return `${startOfHour(timeMs - inHourMs)}${TWO_DIGITS[Math.floor(second / 60)]}:${TWO_DIGITS[second % 60]}Z`;
});

const HOUR_MS = 3_600_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const startOfHour = memoizeLast((hourMs: number) => new Date(hourMs).toISOString().slice(0, -'00:00.000Z'.length));

/** Members of `data` for what surrounds an item: in its value, and around the update. */
export function contextMembers(context: string | null, unrecognized: string | null): string {
  const contextMember = context === null ? '' : `,"context":${context}`;
  return unrecognized === null ? contextMember : `${contextMember},"unrecognized":${unrecognized}`;
}

/** The beginning of the JSON text of `data`. */
export function dataHead(field: string | null, entryId: string, accountId: string | null): string {
  return `${fieldHead(field)}${entryHead(entryId)}${accountHead(accountId)}${entryId === TEST_ENTRY_ID}`;
}

/** The field of Meta's that an event came in, from the head of its `data`; null where the body could not be read. */
export function fieldOf({ data }: Pick<SplitEvent, 'data'>): string | null {
  const [, field] = /^\{"field":("(?:[^"\\]|\\.)*")/.exec(data) ?? [];
  return field === undefined ? null : (JSON.parse(field) as string);
}

const fieldHead = memoizeLast((field: string | null) => `{"field":${JSON.stringify(field)}`);
const entryHead = memoizeLast((entryId: string) => `,"entry_id":${JSON.stringify(entryId)}`);
const accountHead = memoizeLast((accountId: string | null) => `,"account_id":${JSON.stringify(accountId)},"test":`);
