/**
 * Rebuilds a webhook body that holds only the part of a dead letter, with everything that surrounded the part put back in
 * its place. Today's registry reads it as it reads webhooks, and gives the events the ids they would have had at first.
 */
import { isObject } from '../core/is-object.ts';
import { WHATSAPP_OBJECT } from '../webhook/envelope.ts';
import type { JsonView } from '../webhook/json-view.ts';

/**
 * @param data of the dead letter, as stored
 * @param repaired JSON text in place of the part (of a whole body: its text), or null
 * @returns null for a dead letter that cannot be read again: unrecognized members, chunks of an event, unknown forms
 */
export function bodyOfDeadLetter(data: JsonView, repaired: string | null): Buffer | null {
  const deadLetter = data.value as Readonly<Record<string, unknown>>;
  const { part } = deadLetter;
  if (part === 'body') return repaired === null ? heldBytes(deadLetter) : Buffer.from(repaired);
  const held = repaired ?? heldText(data);
  if (held === null) return null;
  const build = BUILDERS[part as keyof typeof BUILDERS];
  const text = build === undefined ? null : build(data, held);
  return text === null ? null : Buffer.from(text);
}

const BUILDERS = {
  entry: envelopeText,
  change: entryText,
  value: changeText,
  item: (data: JsonView, item: string) => {
    const places = placesOf(String((data.value as Readonly<Record<string, unknown>>).path));
    const text = places === null ? null : nest(places, inner(data, 'context'), unrecognizedOf(data, 'value'), item);
    return text === null ? null : changeText(data, text);
  },
} as const;

function envelopeText(data: JsonView, entry: string): string {
  const unrecognized = unrecognizedOf(data, 'envelope');
  const members = membersOf(unrecognized);
  // Of an object that is not WhatsApp's the name stands in `unrecognized`.
  if (inner(unrecognized, 'object') === null) members.unshift(`"object":"${WHATSAPP_OBJECT}"`);
  return `{${[...members, `"entry":[${entry}]`].join()}}`;
}

function entryText(data: JsonView, change: string): string {
  const time = inner(data, 'entry_time');
  const members = [
    `"id":${inner(data, 'entry_id')?.text() ?? 'null'}`,
    ...(time === null ? [] : [`"time":${time.text()}`]),
    ...membersOf(unrecognizedOf(data, 'entry')),
    `"changes":[${change}]`,
  ];
  return envelopeText(data, `{${members.join()}}`);
}

function changeText(data: JsonView, value: string): string {
  const field = inner(data, 'field')?.text() ?? 'null';
  return entryText(
    data,
    `{${[`"field":${field}`, ...membersOf(unrecognizedOf(data, 'change')), `"value":${value}`].join()}}`,
  );
}

interface Place {
  readonly name: string;
  /** It stood in an array of that name. */
  readonly listed: boolean;
}

/** From the value of the change inwards. */
function placesOf(path: string): readonly Place[] | null {
  const [, rest] = /^entry\[\d+\]\.changes\[\d+\]\.value((?:\.\w+(?:\[\d+\])?)+)$/.exec(path) ?? [];
  if (rest === undefined) return null;
  return [...rest.matchAll(/\.(\w+)(\[\d+\])?/g)].map(([, name = '', index]) => ({
    name,
    listed: index !== undefined,
  }));
}

/** @param unrecognized context that did not fit its schema, and contacts of other items: they were there too */
function nest(places: readonly Place[], context: JsonView | null, unrecognized: JsonView | null, item: string): string {
  const [place, ...further] = places;
  if (place === undefined) return item;
  const { name, listed } = place;
  const inside = nest(further, inner(context, name), inner(unrecognized, name), item);
  const members = joinedMembers(context, unrecognized, name);
  return `{${[...members, `${JSON.stringify(name)}:${listed ? `[${inside}]` : inside}`].join()}}`;
}

function unrecognizedOf(data: JsonView, name: string): JsonView | null {
  return inner(inner(data, 'unrecognized'), name);
}

/** Null where there is no such member. */
function inner(view: JsonView | null, name: string): JsonView | null {
  return view !== null && isObject(view.value) && Object.hasOwn(view.value, name) ? view.at(name) : null;
}

function membersOf(view: JsonView | null, ...but: readonly string[]): string[] {
  if (view === null || !isObject(view.value)) return [];
  const names = Object.keys(view.value).filter((name) => !but.includes(name));
  return names.map((name) => `${JSON.stringify(name)}:${view.at(name).text()}`);
}

/** Of two lists of one name one list is made: an item's own contacts and those that no item claimed. */
function joinedMembers(context: JsonView | null, unrecognized: JsonView | null, but: string): string[] {
  const lists = listNames(context).filter((name) => name !== but && listNames(unrecognized).includes(name));
  const joined = lists.map((name) => {
    const items = [context, unrecognized].flatMap((view) => inner(view, name)?.text().slice(1, -1) || []);
    return `${JSON.stringify(name)}:[${items.join()}]`;
  });
  return [...membersOf(context, but, ...lists), ...joined, ...membersOf(unrecognized, but, ...lists)];
}

function listNames(view: JsonView | null): string[] {
  if (view === null || !isObject(view.value)) return [];
  return Object.entries(view.value).flatMap(([name, member]) => (Array.isArray(member) ? [name] : []));
}

function heldBytes({ body_base64 }: Readonly<Record<string, unknown>>): Buffer | null {
  return typeof body_base64 === 'string' ? Buffer.from(body_base64, 'base64') : null;
}

function heldText(data: JsonView): string | null {
  return inner(data, 'value')?.text() ?? heldBytes(data.value as Readonly<Record<string, unknown>>)?.toString() ?? null;
}
