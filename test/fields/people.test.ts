/**
 * Every place of the registry where Meta names a person, and what becomes of it: key, subject and matched contact, as a table
 * in people.md. `UPDATE_GOLDEN=1` rewrites it; the difference is reviewed like code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { toMarkdownTable } from '../../scripts/markdown-table.ts';
import { typeOfEvent } from '../../src/events/event.ts';
import type { AnyEvent, AnyField } from '../../src/fields/field.ts';
import { stepsOf } from '../../src/fields/item-place.ts';
import type { PersonMembers } from '../../src/fields/person.ts';
import { allEvents } from '../../src/fields/registry.ts';
import { receiveInto } from '../support/receive-into.ts';

const TABLE = join(import.meta.dirname, 'people.md');
type Json = Record<string, unknown>;
type Path = readonly string[];

const METADATA = { display_phone_number: '15550783881', phone_number_id: '1' };
const person = (name: string, digits: string) => ({
  profile: { name },
  user_id: `US.${name}`,
  parent_user_id: `US.ENT.${name}`,
  wa_id: digits,
});
const ANN = person('Ann', '16315551181');
const BOB = person('Bob', '16315552222');
const NAMES = { userId: 'user_id', parentId: 'parent_user_id', phone: 'wa_id' } as const;
type Kind = keyof typeof NAMES;
const KINDS = Object.keys(NAMES) as Kind[];
const nameOf = (one: typeof ANN, kind: Kind) => one[NAMES[kind]];

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly 'x-pii'?: string;
}
const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Schema;
const branches = (schema: Schema): Schema[] => [schema, ...(schema.anyOf ?? []).flatMap(branches)];
const memberOf = (schema: Schema | undefined, name: string): Schema | undefined =>
  (schema === undefined ? [] : branches(schema))
    .flatMap((one) => [one, ...(one.items === undefined ? [] : branches(one.items))])
    .map(({ properties }) => properties?.[name])
    .find((found) => found !== undefined);
const isList = (schema: Schema | undefined) => schema !== undefined && branches(schema).some(({ items }) => items);

/** A copy with a text at the path; arrays are made where the schema has them. */
function put(part: Json, [name = '', ...rest]: Path, text: string, schema: Schema | undefined): Json {
  if (rest.length === 0) return { ...part, [name]: text };
  const member = memberOf(schema, name);
  const before = part[name];
  const inner = put(((Array.isArray(before) ? before[0] : before) ?? {}) as Json, rest, text, member);
  return { ...part, [name]: isList(member) ? [inner] : inner };
}

function without(part: unknown, paths: readonly Path[]): Json {
  const kept = Object.entries(part as Json).flatMap(([name, member]) => {
    const inside = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
    if (inside.some((rest) => rest.length === 0)) return [];
    return [[name, inside.length === 0 ? member : without(member, inside)]];
  });
  return Object.fromEntries(kept) as Json;
}

/** An item like the sample's that names no person. */
function plainItem(field: AnyField, { item, person: members }: AnyEvent): Json {
  const steps = item === null ? [] : stepsOf(item.at[0]);
  const found = steps.reduce<unknown[]>(
    (parts, { name }) => parts.flatMap((part) => (part as Json | undefined)?.[name] ?? []),
    field.samples.map(({ value }) => value),
  );
  const plain = without(
    found[0],
    KINDS.flatMap((kind) => members?.[kind] ?? []),
  );
  return { ...plain, ...(plain.id === undefined ? {} : { id: 'id' }) };
}

function valueAround({ item }: AnyEvent, items: readonly Json[], contacts: readonly object[]): Json {
  const people = contacts.length === 0 ? {} : { contacts };
  if (item === null) return items[0] as Json;
  const nest = ([step, ...rest]: ReturnType<typeof stepsOf>): unknown => {
    const { name, listed } = step as ReturnType<typeof stepsOf>[number];
    if (rest.length === 0) return { [name]: items };
    const inner = nest(rest);
    return { [name]: listed ? [inner] : inner };
  };
  const value = nest(stepsOf(item.at[0])) as Json;
  const [name = '', below] = Object.entries(value)[0] ?? [];
  const inside = Array.isArray(below) ? value : { [name]: { ...people, ...(below as Json) } };
  return { metadata: METADATA, ...(Array.isArray(below) ? people : {}), ...inside };
}

async function eventsOf(field: AnyField, value: Json) {
  const body = { object: 'whatsapp_business_account', entry: [{ id: '2', changes: [{ field: field.name, value }] }] };
  const records = await receiveInto(Buffer.from(JSON.stringify(body)));
  return records.map(({ key, value: text }) => ({ key, event: JSON.parse(text) }));
}

const contactsIn = (context: Json | undefined): { profile: { name: string } }[] =>
  (context?.contacts ?? (context?.standby as Json | undefined)?.contacts ?? []) as { profile: { name: string } }[];
const show = (text: string | null | undefined) => text ?? '-';

async function rowsOf(field: AnyField, event: AnyEvent) {
  const type = typeOfEvent(field, event);
  const item = plainItem(field, event);
  const schema = schemaOf(event.value);
  const rows: Record<string, string>[] = [];
  const add = async (namedBy: string, items: readonly Json[], around: (value: Json) => Json = (value) => value) => {
    const alone = await eventsOf(field, around(valueAround(event, items, [])));
    const among = await eventsOf(field, around(valueAround(event, items, [BOB, ANN])));
    expect([type, namedBy, among.map((one) => one.event.type)]).toEqual([type, namedBy, items.map(() => type)]);
    items.forEach((_, index) => {
      rows.push({
        type,
        'named by': items.length > 1 ? `${namedBy} (${index + 1} of ${items.length})` : namedBy,
        key: show(alone[index]?.key),
        'key with contacts': show(among[index]?.key),
        subject: show(among[index]?.event.subject),
        contact: contactsIn(among[index]?.event.data.context)
          .map(({ profile }) => profile.name)
          .join(' + '),
      });
    });
  };
  const named = (members: PersonMembers, one: typeof ANN, kinds: readonly Kind[]) =>
    kinds.reduce((built, kind) => {
      const path = members[kind][0];
      return path === undefined ? built : put(built, path, nameOf(one, kind), schema);
    }, item);

  const { person: members, personAround: around } = event;
  if (members === undefined) return rows;
  for (const kind of KINDS) {
    for (const path of members[kind]) await add(path.join('.'), [put(item, path, nameOf(ANN, kind), schema)]);
    for (const path of around?.[kind] ?? []) {
      const context = event.context === null ? undefined : schemaOf(event.context);
      await add(`around: ${path.join('.')}`, [item], (value) => put(value, path, nameOf(ANN, kind), listed(context)));
    }
  }
  await add('user id and phone', [named(members, ANN, ['userId', 'phone'])]);
  await add('nobody', [item]);
  if (event.item !== null) {
    await add('two people', [
      named(members, ANN, ['userId', 'phone']),
      { ...named(members, BOB, ['phone']), marker: 1 },
    ]);
  }
  return rows;
}

/** The context has objects where the value has arrays of the same name. */
function listed(context: Schema | undefined): Schema | undefined {
  const history = memberOf(context, 'history');
  const threads = memberOf(history, 'threads');
  return history === undefined || threads === undefined
    ? context
    : { properties: { history: { items: { properties: { threads: { items: threads } } } } } };
}

/** Members that name somebody and are no part of who the item is about. */
const OF_OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^context\.from$/, 'the author of the message that is answered'],
  [/contacts\[\]\.phones\[\]\.(phone|wa_id)$/, 'somebody whose contact is shared'],
  [/^recipient_identity_key_hash$/, 'a hash, which a contact carries under another name'],
  [/^((recipient|phone_number)\.)?display_phone_number$|^phone_number$/, 'the business itself'],
  [/^message_template_buttons/, 'a number that the template shows'],
  [/^requester$/, 'who asked for the PIN of a business phone number'],
];

/** Of a message that the business received: to whom it went; of one that it sent: from whom it came. */
const OUR_SIDE = /^(from|to)(_|$)|^(message\.)?system\./;

function peopleIn(schema: Schema, at = ''): string[] {
  return branches(schema).flatMap((one) => [
    ...(one['x-pii'] === 'user_id' || one['x-pii'] === 'phone_number' ? [at] : []),
    ...Object.entries(one.properties ?? {}).flatMap(([name, inner]) =>
      peopleIn(inner, at === '' ? name : `${at}.${name}`),
    ),
    ...(one.items === undefined ? [] : peopleIn(one.items, `${at}[]`)),
  ]);
}

describe('people', () => {
  it('are named in the registry as people.md shows', async () => {
    const rows: Record<string, string>[] = [];
    for (const { field, event } of allEvents()) rows.push(...(await rowsOf(field, event)));
    const text = `# Where Meta names a person\n\nMade by people.test.ts: each member alone, without contacts and beside those of Bob and Ann.\n\n${toMarkdownTable(rows as { [name: string]: string }[])}\n`;
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(TABLE, text);
    expect(text).toBe(readFileSync(TABLE, 'utf8'));
  }, 30_000);

  it('are read from every member that names them, but those of somebody else', () => {
    const unread = allEvents().flatMap(({ field, event }) => {
      const { person: members } = event;
      const read = new Set(KINDS.flatMap((kind) => members?.[kind] ?? []).map((path) => path.join('.')));
      return [...new Set(peopleIn(schemaOf(event.value)))]
        .filter((path) => !read.has(path.replaceAll('[]', '')))
        .filter((path) => !OF_OTHERS.some(([others]) => others.test(path)) && !(read.size > 0 && OUR_SIDE.test(path)))
        .map((path) => `${typeOfEvent(field, event)} ${path}`);
    });
    expect(unread).toEqual([]);
  });
});
