import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { notesOf, releaseEdits } from '../../scripts/release-edits.ts';
import { ROOT } from '../support/documents.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const CHANGELOG = '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.9.0 - 2026-01-01\n\n- Before.\n';
const readWith = (changes: Readonly<Record<string, string>>) => (path: string) => changes[path] ?? read(path);

describe('a release', () => {
  it('writes the version to every file that carries it', () => {
    const edits = releaseEdits({ version: '97.0.1', day: '2026-11-22', read });
    const textOf = (path: string) => edits.find((edit) => edit.path === path)?.text ?? '';
    const lock = JSON.parse(textOf('package-lock.json'));
    expect(JSON.parse(textOf('package.json')).version).toBe('97.0.1');
    expect([lock.version, lock.packages[''].version]).toEqual(['97.0.1', '97.0.1']);
    expect(textOf('helm/Chart.yaml')).toMatch(/^version: 97\.0\.1\nappVersion: "97\.0\.1"$/m);
    expect(textOf('Dockerfile')).toMatch(/^ARG VERSION=97\.0\.1$/m);
    expect(textOf('CHANGELOG.md')).toMatch(/^## Unreleased\n\n## 97\.0\.1 - 2026-11-22\n/m);
    const differing = edits.flatMap(({ path, text }) => {
      const before = read(path).split('\n');
      return text.split('\n').filter((line) => !before.includes(line) && !line.includes('97.0.1'));
    });
    expect(differing).toEqual([]);
  });

  it('has the notes of its part of the changelog', () => {
    const { text = '' } =
      releaseEdits({ version: '97.0.1', day: '2026-11-22', read: readWith({ 'CHANGELOG.md': CHANGELOG }) }).at(-1) ??
      {};
    expect(notesOf(text, '97.0.1')).toBe('### Added\n\n- A thing.');
    expect(notesOf(text, '0.9.0')).toBe('- Before.');
    expect(() => notesOf(text, '0.9')).toThrow('no "## 0.9 - <day>"');
  });

  it.each(['', '1', '1.2', 'v1.2.3', '1.2.3-rc.1', '01.2.3', '0.0.9', '1.10.0', '1.9.9'])(
    'refuses the version %p',
    (version) => {
      const released = { 'CHANGELOG.md': CHANGELOG, 'package.json': '{"version": "1.10.0"}' };
      expect(() => releaseEdits({ version, day: '2026-11-22', read: readWith(released) })).toThrow('no version after');
    },
  );

  it('refuses to release nothing', () => {
    const empty = readWith({ 'CHANGELOG.md': CHANGELOG.replace('- A thing.\n', '') });
    expect(() => releaseEdits({ version: '97.0.1', day: '2026-11-22', read: empty })).toThrow('nothing to release');
  });
});
