/**
 * Every member that a schema names, however deep, with every kind of wrong value in its place: the item is kept, as an
 * event or as a dead letter, the request is fine, and the neighbours stay typed.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { DEAD_LETTER_TYPE, typeOfEvent } from '../../src/events/event.ts';
import type { AnyEvent, AnyField } from '../../src/fields/field.ts';
import { type PathStep, stepsOf } from '../../src/fields/item-place.ts';
import { allEvents } from '../../src/fields/registry.ts';
import { canonicalText } from '../../src/webhook/json-view.ts';
import { receiveInto } from '../support/receive-into.ts';

type Path = readonly (string | 0)[];
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const MARK = '6f1c1d6e-wrong';
const WRONG: readonly unknown[] = [null, true, 7, -1.5, MARK, [], [MARK], [[MARK]], {}, { [MARK]: { inner: [MARK] } }];

/** Members and items that the schema names, from the item inwards. */
function pathsOf({ properties = {}, items, anyOf = [] }: Schema, at: Path = []): Path[] {
  const members = Object.entries(properties).flatMap(([name, inner]) => [
    [...at, name],
    ...pathsOf(inner, [...at, name]),
  ]);
  const inside = items === undefined ? [] : [[...at, 0 as const], ...pathsOf(items, [...at, 0])];
  return [...members, ...inside, ...anyOf.flatMap((one) => pathsOf(one, at))];
}

/** A copy with `value` at the path; what is on the way and is not there is made. Undefined removes. */
function put(part: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value;
  if (name === 0) return [put(Array.isArray(part) ? part[0] : undefined, rest, value)];
  const object = typeof part === 'object' && part !== null && !Array.isArray(part) ? part : {};
  const { [name]: before, ...others } = object as Record<string, unknown>;
  const after = put(before, rest, value);
  return after === undefined ? others : { ...others, [name]: after };
}

function itemOf(field: AnyField, { item }: AnyEvent): unknown {
  const values = field.samples.map(({ value }) => value);
  const paths = item === null ? [[]] : item.at.map(stepsOf);
  const found = paths.flatMap((steps) =>
    steps.reduce<unknown[]>(
      (parts, { name }) => parts.flatMap((part) => (part as Record<string, unknown> | undefined)?.[name] ?? []),
      values,
    ),
  );
  return found[0];
}

function inValue({ item }: AnyEvent, items: readonly unknown[]): unknown {
  const nest = ([step, ...rest]: readonly PathStep[]): unknown => {
    if (step === undefined) return items;
    const inner = nest(rest);
    return { [step.name]: rest.length === 0 || !step.listed ? inner : [inner] };
  };
  return item === null ? items[0] : nest(stepsOf(item.at[0]));
}

const NAME = { display_phone_number: '1', decision: 'APPROVED' };

function bodyOf(field: AnyField, value: unknown): Buffer {
  const neighbour = { field: 'phone_number_name_update', value: NAME };
  const changes = [
    neighbour,
    { field: field.name, value },
    { ...neighbour, value: { ...NAME, display_phone_number: '2' } },
  ];
  return Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] }));
}

describe.each(allEvents().map(({ field, event }) => [typeOfEvent(field, event), field, event] as const))(
  '%s',
  (type, field, event) => {
    const good = itemOf(field, event);
    const paths = pathsOf(z.toJSONSchema(event.value, { unrepresentable: 'any', io: 'input' }) as Schema);

    it(`is kept whatever stands in place of its ${paths.length} members`, async () => {
      // One expectation at the end: tens of thousands of them take longer than the requests.
      const problems: unknown[] = [];
      for (const path of [[], ...paths]) {
        const bad = (path.length === 0 ? WRONG : [undefined, ...WRONG]).map(
          (wrong) => JSON.parse(JSON.stringify(put(good, path, wrong))) as unknown,
        );
        // Those that are the same, as the good item may be, are one event.
        const distinct = [...new Map(bad.map((item) => [canonicalText(item), item] as const)).values()];
        // A field that is one event takes one of them; a list takes all, between good items.
        for (const items of event.item === null
          ? distinct.map((item) => [item])
          : [[good, ...distinct, { ...(good as object), marker: 1 }]]) {
          const records = await receiveInto(bodyOf(field, inValue(event, items)));
          const [first, ...rest] = records.map(({ value }) => JSON.parse(value));
          const ours = rest.slice(0, -1);
          const sent = [...new Set(items.map(canonicalText))];
          const kept = ours.map(({ data }) => canonicalText(data.value));
          const holds: Readonly<Record<string, boolean>> = {
            neighbours: first.subject === '1' && rest.at(-1)?.subject === '2',
            values: isDeepStrictEqual(kept, sent),
            types: event.item === null || (ours[0]?.type === type && ours.at(-1)?.type === type),
            prefix: ours.every((one) => one.type.startsWith('whatsapp.')),
            issues: ours.every((one) => one.type !== DEAD_LETTER_TYPE || one.data.issues.length > 0),
          };
          const broken = Object.keys(holds).filter((name) => !holds[name]);
          if (broken.length > 0) problems.push({ path, broken, kept, sent });
        }
      }
      expect(problems).toEqual([]);
    }, 30_000);
  },
);
