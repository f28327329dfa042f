import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { issuesOf, shapeOf } from '../../src/events/shape-check.ts';
import { contact } from '../../src/fields/messages/item-context.ts';
import { message } from '../../src/fields/messages/message.ts';
import { allEvents } from '../../src/fields/registry.ts';

/** Keywords of JSON Schema that look at names and kinds, and those that only say something. */
const OF_KINDS = ['type', 'properties', 'items', 'anyOf', 'required', 'additionalProperties'];
const OF_PEOPLE = ['$schema', 'title', 'description', 'x-pii', 'x-known-values'];

function keywordsIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsIn);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, inner]) => {
    const below = keyword === 'properties' ? Object.values(inner).flatMap(keywordsIn) : keywordsIn(inner);
    return [keyword, ...below];
  });
}

describe('schemas of the registry', () => {
  it('look at kinds alone, which is why a shape that fitted fits again', () => {
    const schemas = [contact, ...allEvents().flatMap(({ event }) => [event.value, event.context ?? z.unknown()])];
    const used = schemas.flatMap((schema) => keywordsIn(z.toJSONSchema(schema, { io: 'input' })));
    expect([...new Set(used)].filter((keyword) => ![...OF_KINDS, ...OF_PEOPLE].includes(keyword))).toEqual([]);
  });
});

/** The kinds of a value, said in another way than by a shape. */
function kindsOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kinds = value.map(kindsOf);
    return kinds.filter((one, index) => index === 0 || JSON.stringify(one) !== JSON.stringify(kinds[index - 1]));
  }
  if (typeof value === 'object' && value !== null)
    return { members: Object.entries(value).map(([name, member]) => [name, kindsOf(member)]) };
  return value === null ? 'null' : typeof value;
}

describe('a shape', () => {
  const part = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.dictionary(fc.constantFrom('a', 's', '1:a', '1:as', '{', '}', '2:ab'), fc.jsonValue({ maxDepth: 2 })),
  );

  it('is the same only for values of the same kinds, whatever their members are called', () => {
    fc.assert(
      fc.property(part, part, (one, other) => {
        const same = JSON.stringify(kindsOf(one)) === JSON.stringify(kindsOf(other));
        expect(shapeOf(one) === shapeOf(other)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it('distinguishes numbers that JSON cannot represent exactly', () => {
    expect(issuesOf(z.looseObject({ a: z.number() }), { a: 1 })).toEqual([]);
    expect(issuesOf(z.looseObject({ a: z.number() }), { a: JSON.parse('1e999') })).toHaveLength(1);
  });
});

describe('a check', () => {
  it('finds what the schema finds, also behind values that fitted', () => {
    const kinds = fc.constantFrom<unknown>('text', 5, true, null, [], {}, ['x'], { body: 'x' }, { body: 5 });
    const messages = fc.record(
      { id: kinds, type: kinds, from: kinds, text: kinds, context: kinds, errors: kinds, other: kinds },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(messages, (value) => {
        expect(issuesOf(message, value)).toEqual(message.safeParse(value).error?.issues ?? []);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('shapes that fitted', () => {
  /** How often the schema itself was asked. */
  function asked(values: readonly unknown[]): number {
    const schema = z.unknown();
    const safeParse = schema.safeParse.bind(schema);
    let times = 0;
    schema.safeParse = (value) => {
      times += 1;
      return safeParse(value);
    };
    for (const value of values) issuesOf(schema, value);
    return times;
  }
  const shapes = (count: number) => Array.from({ length: count }, (_, index) => ({ [`m${index}`]: 1 }));

  it('are kept, 200 of each schema', () => {
    expect(asked([...shapes(200), ...shapes(200)])).toBe(200);
    expect(asked([...shapes(201), ...shapes(201)])).toBe(202);
  });

  it('are kept up to 4,000 characters', () => {
    const long = (characters: number) => ({ ['m'.repeat(characters - '{1234:n}'.length)]: 1 });
    expect(asked([long(4_000), long(4_000)])).toBe(1);
    expect(asked([long(4_001), long(4_001)])).toBe(2);
  });

  it('are told apart by the ends of their names, and by numbers beyond all', () => {
    expect(shapeOf({ a: 'x', b: 1 })).not.toBe(shapeOf({ asb: 1 }));
    expect(shapeOf(Number.POSITIVE_INFINITY)).not.toBe(shapeOf(1));
  });
});
