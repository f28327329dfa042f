/** `schemas/` as committed: nothing left over from before, and nothing taken back since the last release. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles, ROOT } from '../../scripts/generated-files.ts';
import { findNarrowings } from '../../scripts/narrowing.ts';
import { isShallow, lastRelease, schemasOf } from '../../scripts/released-schemas.ts';

const release = lastRelease();

describe('the folder schemas', () => {
  it('holds what is generated and nothing else', () => {
    const files = readdirSync(join(ROOT, 'schemas'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
    const generated = generatedFiles()
      .map(({ path }) => path)
      .filter((path) => path.startsWith('schemas/'));
    expect(files.sort()).toEqual([...generated].sort());
  });

  it('can be compared with the last release: the clone has the tags', () => {
    if (process.env.CI === 'true' && existsSync(join(ROOT, '.git'))) expect(isShallow()).toBe(false);
  });

  (release === null ? it.skip : it)(`takes nothing back that ${release ?? 'a release'} promised`, () => {
    const taken = schemasOf(release ?? '').flatMap(({ path, schema }) => {
      const file = join(ROOT, path);
      if (!existsSync(file)) return [`${path} is gone`];
      return findNarrowings(schema, JSON.parse(readFileSync(file, 'utf8'))).map((what) => `${path}: ${what}`);
    });
    expect(taken).toEqual([]);
  });
});

describe('the comparison with a release', () => {
  const member = (schema: object, required: string[] = []) => ({
    type: 'object',
    properties: { data: { type: 'object', properties: { test: { type: 'boolean' }, value: wrap(schema, required) } } },
  });
  const wrap = (schema: object, required: string[]) => ({ type: 'object', properties: { event: schema }, required });
  const open = (...known: string[]) => ({ anyOf: [{ enum: known }, { type: 'string' }] });

  it.each([
    ['a new member', member({ type: 'string' }), { ...member({ type: 'string' }), title: 'new' }],
    ['a new type', member({ type: 'string' }), member({ anyOf: [{ type: 'string' }, { type: 'number' }] })],
    ['null', member({ type: 'string' }), member({ type: ['string', 'null'] })],
    ['a new value', member(open('A')), member(open('A', 'B'))],
    ['what Meta no longer always sends', member({ type: 'string' }, ['event']), member({ type: 'string' })],
    ['an integer that becomes any number', member({ type: 'integer' }), member({ type: 'number' })],
    ['a type that becomes open', member({ type: 'string' }), member({})],
  ])('allows %s', (_, before, now) => {
    expect(findNarrowings(before, now)).toEqual([]);
  });

  it.each([
    ['a member that is gone', member({ type: 'string' }), { type: 'object' }, /data is gone/],
    ['a type that is gone', member({ type: ['string', 'null'] }), member({ type: 'string' }), /no longer null/],
    ['a value that is gone', member(open('A', 'B')), member(open('A')), /no longer lists B/],
    ['an open type that closes', member({}), member({ type: 'string' }), /no longer any/],
    ['what becomes required', member({ type: 'string' }), member({ type: 'string' }, ['event']), /is required now/],
    ['a new pattern', member({ type: 'string' }), member({ type: 'string', pattern: '^a$' }), /another pattern/],
    ['another constant', member({ const: 'a' }), member({ const: 'b' }), /no longer "a"/],
  ])('names %s', (_, before, now, what) => {
    expect(findNarrowings(before, now).join('\n')).toMatch(what);
  });

  it('names a promise of ours that is weakened', () => {
    const before = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
    expect(findNarrowings(before, { ...before, required: [] })).toEqual(['id is no longer promised']);
  });
});
