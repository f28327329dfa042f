import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inspectJsonText } from '../../src/webhook/inspect-json.ts';
import { canonicalText, viewJson } from '../../src/webhook/json-view.ts';

/** A number that a double cannot hold makes the exact view read the whole text. */
const asExact = (json: string) => viewJson(`[${json},1.50]`).at(0);
const asPlain = (json: string) => viewJson(`[${json},15]`).at(0);

/** JSON whose numbers are integers of at most 15 digits, as nearly all of Meta's are. */
const plainJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 5 }), tie('value'), { maxKeys: 5 }),
  ),
})).value;

describe('viewJson', () => {
  it('gives text that is the same JSON, and one canonical text, whichever view reads it', () => {
    fc.assert(
      fc.property(plainJson, (value) => {
        const json = JSON.stringify(value);
        for (const view of [asPlain(json), asExact(json)]) {
          expect(JSON.parse(view.text())).toEqual(JSON.parse(json));
          expect(view.canonical()).toBe(canonicalText(JSON.parse(json)));
          expect(view.repeatedMember(true)).toBeUndefined();
        }
      }),
    );
  });

  it.each(['90071992547409931234', '-0', '1.50', '1e400', '1E+2', '0.10', '12345678901234567'])(
    'keeps the digits of %s',
    (number) => {
      const view = viewJson(`{"a":[{"b":${number}}]}`);
      expect(view.text()).toBe(`{"a":[{"b":${number}}]}`);
      expect(view.canonical()).toBe(`{"a":[{"b":${number}}]}`);
      expect(view.at('a').at(0).at('b').text()).toBe(number);
    },
  );

  it('gives different content different canonical texts: 1, 1.0 and "1"', () => {
    const texts = ['1', '1.0', '"1"', '1e0'].map((json) => viewJson(json).canonical());
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('sorts members, in both views', () => {
    expect(viewJson('{"b":1,"a":{"d":1,"c":2}}').canonical()).toBe('{"a":{"c":2,"d":1},"b":1}');
    expect(viewJson('{"b":1.5,"a":{"d":1,"c":2}}').canonical()).toBe('{"a":{"c":2,"d":1},"b":1.5}');
  });

  it('finds a duplicate member, even if one of its names is escaped', () => {
    const view = viewJson(String.raw`{"x":{"a":1,"\u0061":2},"y":{"a":1}}`);
    expect(view.repeatedMember(true)).toBe('a');
    expect(view.repeatedMember(false)).toBeUndefined();
    expect(view.at('y').repeatedMember(true)).toBeUndefined();
    expect(view.at('x').text()).toBe('{"a":1,"a":2}');
  });

  it('keeps a member named __proto__ and gives it no power', () => {
    for (const json of ['{"__proto__":{"a":1},"b":2}', '{"__proto__":{"a":1},"b":2.0}']) {
      const view = viewJson(json);
      expect(view.text()).toBe(json);
      expect((view.value as { a?: unknown }).a).toBeUndefined();
    }
  });

  it('writes lone surrogates as escapes', () => {
    expect(viewJson(String.raw`["\ud83d"]`).text()).toBe(String.raw`["\ud83d"]`);
    expect(viewJson(String.raw`["\ud83d",1.5]`).text()).toBe(String.raw`["\ud83d",1.5]`);
  });

  it.each([
    ['not JSON', '{"a":'],
    ['two values', '1 2'],
    ['nothing', ''],
    ['NaN', 'NaN'],
    ['a bare minus', '-'],
    ['201 levels', `${'['.repeat(201)}${']'.repeat(201)}`],
    ['100,000 levels', '{"a":'.repeat(100_000)],
  ])('refuses %s', (_, text) => {
    expect(() => viewJson(text)).toThrow();
  });

  it('takes 200 levels', () => {
    expect(viewJson(`${'['.repeat(200)}1.5${']'.repeat(200)}`).canonical()).toContain('1.5');
  });
});

describe('the number of values', () => {
  it('may be the bound, and not one more', () => {
    expect(viewJson('[0,0]', 2).value).toEqual([0, 0]);
    expect(() => viewJson('[0,0,0]', 2)).toThrow('more than 2 values');
  });

  it('is counted no further than the bound: the rest of a huge text is not looked at', () => {
    expect(inspectJsonText(`[${'0,'.repeat(1_000)}0]`, 2).values).toBe(3);
  });
});
