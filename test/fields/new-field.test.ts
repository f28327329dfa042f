/** A new field costs one entry of the registry and one folder of fixtures: tried in a copy, as docs/contributing.md shows it. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const COPIED = ['src', 'bin', 'scripts', 'schemas', 'helm', 'docs', 'README.md', 'package.json', 'tsconfig.json'];
const copy = mkdtempSync(join(tmpdir(), 'hubcast-new-field-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Lines added, by file, from the diff on the page. */
function readDiff(): ReadonlyMap<string, readonly string[]> {
  const [, diff = ''] = /```diff\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/contributing.md'), 'utf8')) ?? [];
  const added = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of diff.split('\n')) {
    const [, file] = /^--- (\S+)/.exec(line) ?? [];
    if (file !== undefined) {
      lines = [];
      added.set(file, lines);
    } else if (line.startsWith('+')) lines.push(line.slice(1));
  }
  return added;
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
}

const run = (args: readonly string[], input = '') =>
  execFileSync(process.execPath, args, { cwd: copy, input, encoding: 'utf8', env: { PATH: process.env.PATH } });

beforeAll(() => {
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const diff = readDiff();
  expect([...diff.keys()].map(dirname)).toEqual([
    'src/fields',
    'src/fields',
    'test/fixtures/webhooks/new_field/documented',
  ]);
  for (const [file, lines] of diff) {
    const text = lines.join('\n');
    if (file.endsWith('open-fields.ts')) edit(file, (before) => `${before}\n${text}\n`);
    else if (file.endsWith('registry.ts')) {
      edit(file, (before) =>
        before.replace(/\n\} from '\.\/open-fields\.ts'/, `\n${text}$&`).replace(/\n\] as const;/, `\n${text}$&`),
      );
    } else {
      mkdirSync(join(copy, dirname(file)), { recursive: true });
      writeFileSync(join(copy, file), `${text}\n`);
    }
  }
}, 60_000);

it('has its topic, its type, its schema and its row in every table', () => {
  const fixture = readFileSync(join(copy, 'test/fixtures/webhooks/new_field/documented/payload.json'), 'utf8');
  const line = JSON.parse(run(['bin/hubcast.js', 'parse', '-', '--format', 'json'], fixture));
  expect(line).toMatchObject({
    topic: 'whatsapp.accounts',
    key: '1',
    event: { type: 'whatsapp.new_field', data: { field: 'new_field', value: { documented: 'value' } } },
  });
  const rows = JSON.parse(run(['bin/hubcast.js', 'describe', 'fields', '--format', 'json']));
  expect(rows).toContainEqual(expect.objectContaining({ field: 'new_field', topic: 'whatsapp.accounts' }));
  run(['scripts/generate.ts']);
  expect(existsSync(join(copy, 'schemas/whatsapp.new_field/1.json'))).toBe(true);
  for (const file of ['schemas/asyncapi.yaml', 'schemas/README.md', 'docs/events.md']) {
    expect([file, readFileSync(join(copy, file), 'utf8').includes('whatsapp.new_field')]).toEqual([file, true]);
  }
}, 60_000);
