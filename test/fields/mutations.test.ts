/**
 * Values with wrong types, missing members and wrong nesting, made from every field's samples: whatever Meta sends, no
 * item is lost, nothing throws, and the good neighbours stay typed.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deadLetterSchema, eventSchemaOf, unknownEventSchema } from '../../src/events/contract.ts';
import { DEAD_LETTER_TYPE, typeOfEvent } from '../../src/events/event.ts';
import type { AnyField } from '../../src/fields/field.ts';
import { type PathStep, stepsOf } from '../../src/fields/item-place.ts';
import { allEvents, allFields } from '../../src/fields/registry.ts';
import { receiveInto } from '../support/receive-into.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const schemas = new Map(
  allEvents().map(({ field, event }) => [typeOfEvent(field, event), eventSchemaOf(field, event)] as const),
);

/** What a mutation puts in place of a part; texts are unlike any other so that they can be found again. */
const replacement = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1.5, 12345678901234, '', [], {}, [[]], [null], { a: [] }),
  fc.uuid().map((id): Json => id),
  fc.uuid().map((id): Json => ({ [id]: [id, { id }] })),
);

type Change = (part: Json, put: Json) => Json | undefined;

const CHANGES: Readonly<Record<string, Change>> = {
  replace: (_, put) => put,
  remove: () => undefined,
  wrap: (part) => [part],
  'wrap twice': (part) => [[part]],
  name: (part) => ({ inner: part }),
  unwrap: (part) => (Array.isArray(part) ? (part[0] ?? null) : part),
  'put before': (part, put) => (Array.isArray(part) ? [put, ...part] : put),
  'put beside': (part, put) => (isObject(part) ? { ...part, beside: put } : part),
  'text of it': (part) => JSON.stringify(part),
  number: (part) => (typeof part === 'string' && /^\d{1,15}$/.test(part) ? Number(part) : 7),
};

const mutation = fc.record({
  where: fc.nat(),
  how: fc.constantFrom(...Object.keys(CHANGES)),
  put: replacement,
});

describe.each(allFields().map((field) => [field.name, field] as const))('a mutated value of %s', (name, field) => {
  it('is kept in every part, and leaves its neighbours typed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...field.samples),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        async (sample, mutations) => {
          const value = mutations.reduce(mutate, structuredClone(sample.value) as Json);
          const records = await receiveInto(bodyOf(field, value));
          const events = records.map((record) => JSON.parse(record.value));
          expect(events[0]).toMatchObject({ type: 'whatsapp.phone_number_name_update', subject: '1' });
          expect(events.at(-1)).toMatchObject({ type: 'whatsapp.phone_number_name_update', subject: '2' });
          const ours = events.slice(1, -1);
          expect(ours.length).toBeGreaterThan(0);
          for (const event of ours) {
            expect(event.data.field).toBe(name);
            expect(schemaOf(event).safeParse(event).error).toBeUndefined();
          }
          const kept = ours.map(({ data }) => data);
          for (const part of leavesOf(value)) expect([part, holds(kept, part)]).toEqual([part, true]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe.each(allFields().flatMap(splitting))('a bad item of %s', (name, field, at, good) => {
  it('leaves the good items beside it typed, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.constant('good' as const), mutation), { maxLength: 6 }), async (plan) => {
        const items = plan.map((one, index) =>
          one === 'good' ? { ...good, marker: index } : mutate(structuredClone(good), one),
        );
        const records = await receiveInto(bodyOf(field, nest(at, items)));
        const typed = records
          .map((record) => JSON.parse(record.value))
          .filter(({ type, data }) => type === name && typeof data.value.marker === 'number')
          .map(({ data }) => data.value.marker);
        expect(typed).toEqual(plan.flatMap((one, index) => (one === 'good' ? [index] : [])));
      }),
      { numRuns: 100 },
    );
  });
});

function splitting(field: AnyField): [string, AnyField, readonly PathStep[], { [name: string]: Json }][] {
  return field.events.flatMap((event) => {
    const places = (event.item?.at ?? []).map(stepsOf);
    const items = places.flatMap((at) => field.samples.flatMap(({ value }) => itemsAt(value as Json, at)));
    return places.map((at) => [typeOfEvent(field, event), field, at, items[0] as { [name: string]: Json }]);
  });
}

function itemsAt(value: Json, [step, ...rest]: readonly PathStep[]): Json[] {
  if (step === undefined) return [value];
  const inner = isObject(value) ? value[step.name] : undefined;
  if (!step.listed) return inner === undefined ? [] : itemsAt(inner, rest);
  return Array.isArray(inner) ? inner.flatMap((item) => itemsAt(item, rest)) : [];
}

function nest([step, ...rest]: readonly PathStep[], items: Json[]): Json {
  const { name, listed } = step as PathStep;
  if (rest.length === 0) return { [name]: items };
  return { [name]: listed ? [nest(rest, items)] : nest(rest, items) };
}

function bodyOf({ name }: AnyField, value: Json): Buffer {
  const neighbour = (digits: string) => ({
    field: 'phone_number_name_update',
    value: { display_phone_number: digits, decision: 'APPROVED' },
  });
  const changes = [neighbour('1'), { field: name, value }, neighbour('2')];
  return Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] }));
}

function schemaOf(event: { type: string; dataschema: string }) {
  if (event.type === DEAD_LETTER_TYPE) return deadLetterSchema;
  if (event.dataschema.startsWith('urn:hubcast:whatsapp.unknown:')) return unknownEventSchema;
  return schemas.get(event.type) ?? deadLetterSchema;
}

/** Changes the part that `where` counts to. The value itself stays a value: it is never removed. */
function mutate(value: Json, { where, how, put }: { where: number; how: string; put: Json }): Json {
  const change = CHANGES[how] as Change;
  let left = where % countParts(value);
  const visit = (part: Json): Json | undefined => {
    if (left === 0) {
      left -= 1;
      return change(part, put);
    }
    left -= 1;
    if (Array.isArray(part)) return part.map(visit).filter((item) => item !== undefined);
    if (!isObject(part)) return part;
    const members = Object.entries(part).map(([name, member]) => [name, visit(member)] as const);
    return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
  };
  return visit(value) ?? {};
}

function countParts(part: Json): number {
  const inner = typeof part === 'object' && part !== null ? Object.values(part) : [];
  return 1 + inner.reduce<number>((sum, one) => sum + countParts(one), 0);
}

/** Each scalar with the name of the member it stands in, however deep in lists. */
function leavesOf(part: Json, name = ''): string[] {
  if (Array.isArray(part)) return part.flatMap((item) => leavesOf(item, name));
  if (isObject(part)) return Object.entries(part).flatMap(([member, inner]) => leavesOf(inner, member));
  return [JSON.stringify([name, part])];
}

/** Items stand alone in their events: there their array's name is gone. */
function holds(kept: readonly Json[], leaf: string): boolean {
  const [, scalar] = JSON.parse(leaf) as [string, Json];
  const leaves = new Set(kept.flatMap((data) => leavesOf(data)));
  return leaves.has(leaf) || leaves.has(JSON.stringify(['value', scalar]));
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
