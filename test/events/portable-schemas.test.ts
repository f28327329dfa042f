/** What generators and strict validators find in the schemas: names, types and no keyword that is not in draft-07. */
import { describe, expect, it } from '@jest/globals';
import { captureJsonSchema } from '../../src/capture/capture-json-schema.ts';
import { envelopeJsonSchema, eventsBundle, eventTypeSchemas } from '../../src/events/json-schemas.ts';
import { addTitles, type JsonSchema, toPortable } from '../../src/events/portable-schemas.ts';

const KEYWORDS = new Set(
  '$schema $id $comment title description examples definitions type const enum anyOf oneOf allOf $ref properties required additionalProperties items pattern minimum maximum minLength maxLength contentEncoding'.split(
    ' ',
  ),
);

/** Every schema in a document, with where it stands. */
function* schemasIn(schema: JsonSchema, at = '#'): Generator<{ readonly at: string; readonly schema: JsonSchema }> {
  yield { at, schema };
  const { properties = {}, definitions = {}, items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema;
  for (const [name, member] of Object.entries({ ...(properties as object), ...(definitions as object) } as Record<
    string,
    JsonSchema
  >)) {
    yield* schemasIn(member, `${at}/${name}`);
  }
  for (const branch of [...(anyOf as JsonSchema[]), ...(oneOf as JsonSchema[]), ...(allOf as JsonSchema[])])
    yield* schemasIn(branch, `${at}|`);
  if (items !== undefined) yield* schemasIn(items as JsonSchema, `${at}[]`);
  if (typeof additionalProperties === 'object') yield* schemasIn(additionalProperties as JsonSchema, `${at}{}`);
}

const documents = [...eventTypeSchemas(), eventsBundle(), envelopeJsonSchema(), captureJsonSchema()].map(
  ({ path, schema }) => ({ path, schema: schema as JsonSchema, all: [...schemasIn(schema as JsonSchema)] }),
);
const typesOf = ({ type }: JsonSchema) => [type].flat();

describe.each(documents)('$path', ({ schema, all }) => {
  it('is draft-07 and has no keyword that a strict validator does not know', () => {
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(all.flatMap(({ schema }) => Object.keys(schema)).filter((name) => !KEYWORDS.has(name))).toEqual([]);
  });

  it('names every object and list of values, and says that objects are open', () => {
    const objects = all.filter(({ schema }) => typesOf(schema).includes('object'));
    for (const { at, schema } of [...objects, ...all.filter(({ schema }) => schema.enum !== undefined)]) {
      expect([at, schema.title]).toEqual([at, expect.stringMatching(/^[A-Z][A-Za-z0-9]*[A-Za-z]$/)]);
    }
    for (const { at, schema } of objects) expect([at, schema.additionalProperties]).toEqual([at, expect.anything()]);
  });

  it('has null beside other types, no branch within a branch, and a type wherever it has values', () => {
    for (const { at, schema } of all) {
      const branches = (schema.anyOf ?? []) as JsonSchema[];
      expect([at, branches.filter(({ anyOf }) => anyOf !== undefined)]).toEqual([at, []]);
      const ofNull = branches.filter(({ type }) => type === 'null');
      // Beside a reference and beside a list of values there is no other way.
      if (ofNull.length > 0)
        expect([at, branches.some(({ $ref, enum: values }) => $ref ?? values)]).toEqual([at, true]);
      if (schema.enum !== undefined || schema.const !== undefined)
        expect([at, typeof schema.type]).toEqual([at, 'string']);
    }
  });

  it('has an integer wherever it has a number', () => {
    for (const { at, schema } of all) {
      if (typesOf(schema).includes('number'))
        expect([at, typesOf(schema)]).toEqual([at, expect.arrayContaining(['integer'])]);
    }
  });
});

describe('titles', () => {
  it('are the same for the same thing in every document, and for nothing else', () => {
    const { schema } = eventsBundle();
    const definitions = Object.keys(schema.definitions as object);
    expect(definitions).toEqual(
      expect.arrayContaining(['OwnPhoneNumber', 'Metadata', 'Contact', 'MetaError', 'Media']),
    );
    for (const { schema: inner } of schemasIn(schema)) {
      if (inner.title !== undefined && inner.$ref === undefined && definitions.includes(inner.title as string)) {
        expect((schema.definitions as Record<string, unknown>)[inner.title as string]).toBe(inner);
      }
    }
  });

  it('of two things that one member would name say where they stand', () => {
    const object = (member: string) => ({ type: 'object', properties: { [member]: { type: 'string' } } });
    const roots = new Map(
      ['One', 'Two'].map((root, index) => [
        root,
        { type: 'object', properties: { sameThing: object('same'), other: { ...object(`m${index}`) } } } as JsonSchema,
      ]),
    );
    addTitles(roots);
    const titles = [...roots.values()]
      .flatMap((root) => [...schemasIn(root)])
      .flatMap(({ schema }) => schema.title ?? []);
    expect(titles).toEqual(['One', 'SameThing', 'OneOther', 'Two', 'SameThing', 'TwoOther']);
  });
});

describe('a portable schema', () => {
  it.each<[string, JsonSchema, JsonSchema]>([
    [
      'an object or null',
      { anyOf: [{ type: 'object', title: 'A' }, { type: 'null' }] },
      { type: ['object', 'null'], title: 'A', additionalProperties: {} },
    ],
    [
      'a text, a number or null',
      { anyOf: [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, { type: 'null' }] },
      { type: ['string', 'integer', 'number', 'null'] },
    ],
    [
      'known values or null',
      { anyOf: [{ enum: ['A'] }, { type: 'null' }], description: 'd' },
      { description: 'd', anyOf: [{ type: 'string', enum: ['A'] }, { type: ['string', 'null'] }] },
    ],
    ['own values', { type: 'string', enum: ['A'] }, { anyOf: [{ type: 'string', enum: ['A'] }, { type: 'string' }] }],
    [
      'an object or a text',
      { anyOf: [{ type: 'object' }, { type: 'string' }] },
      { anyOf: [{ type: 'object', additionalProperties: {} }, { type: 'string' }] },
    ],
    [
      'who it is about',
      { type: 'string', format: 'uuid', 'x-pii': 'name' },
      { type: 'string', $comment: 'x-pii: name' },
    ],
  ])('of %s', (_, given, wanted) => {
    expect(toPortable(given)).toEqual(wanted);
  });
});
