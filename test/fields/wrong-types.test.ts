/**
 * Every member that a schema names, however deep, with every kind of wrong value in its place: the item is kept, as an
 * event or as a dead letter, the request is fine, and the neighbours stay typed.
 */
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
      for (const path of [[], ...paths]) {
        for (const wrong of path.length === 0 ? WRONG : [undefined, ...WRONG]) {
          const bad = JSON.parse(JSON.stringify(put(good, path, wrong))) as unknown;
          const items = event.item === null ? [bad] : [good, bad, { ...(good as object), marker: 1 }];
          const records = await receiveInto(bodyOf(field, inValue(event, items)));
          const [first, ...rest] = records.map(({ value }) => JSON.parse(value));
          const ours = rest.slice(0, -1);
          const where = { path, wrong };
          expect({ ...where, ends: [first.subject, rest.at(-1)?.subject] }).toEqual({ ...where, ends: ['1', '2'] });
          // What is the same as the good item is one event with it.
          const same = canonicalText(bad) === canonicalText(good);
          const expected = event.item === null ? 1 : same ? 2 : 3;
          expect({ ...where, count: ours.length }).toEqual({ ...where, count: expected });
          if (event.item !== null) {
            expect({ ...where, types: [ours[0].type, ours.at(-1).type] }).toEqual({ ...where, types: [type, type] });
          }
          const odd = ours[event.item === null || same ? 0 : 1];
          const holds = canonicalText(odd.data.value) === canonicalText(bad);
          expect({ ...where, kept: holds, type: odd.type }).toEqual({
            ...where,
            kept: true,
            type: expect.stringMatching(/^whatsapp\./),
          });
          if (odd.type === DEAD_LETTER_TYPE)
            expect({ ...where, issues: odd.data.issues.length > 0 }).toEqual({ ...where, issues: true });
        }
      }
    });
  },
);
