/** A new kind of store costs one folder and one entry: tried in a copy, as docs/contributing.md shows it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { breaches, LAYERS, readSources } from '../../scripts/fence.ts';
import { type RunningService, runCli, SECRET, startServe, TOKEN } from '../support/run-cli.ts';
import { nameUpdate, postSigned, signatureOf } from '../support/signed-request.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const COPIED = ['src', 'bin', 'scripts', 'schemas', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const copy = mkdtempSync(join(tmpdir(), 'hubcast-new-store-'));
const bin = join(copy, 'bin', 'hubcast.js');
const lines = join(copy, 'events.jsonl');
const KIND = 'src/stores/lines/kind.ts';
const SELECT = 'src/stores/select.ts';
const BUILD = 'tsconfig.build.json';
const TIMEOUT_MS = 90_000;

let service: RunningService | undefined;
afterEach(async () => {
  await service?.end('SIGKILL');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Lines added, by file, from the diff on the page. */
function readDiff(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(join(ROOT, 'docs/contributing.md'), 'utf8');
  const [, diff = ''] = /## A new store[\s\S]*?```diff\n([\s\S]*?)```/.exec(page) ?? [];
  const files = diff.split(/^--- /m).slice(1);
  return new Map(
    files.map((text) => {
      const [head = '', ...rest] = text.split('\n');
      return [head.split(' ')[0] ?? '', rest.filter((line) => line.startsWith('+')).map((line) => line.slice(1))];
    }),
  );
}

function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(join(copy, file), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(copy, file), after);
}

beforeAll(() => {
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const diff = readDiff();
  expect([...diff.keys()]).toEqual([KIND, SELECT, 'scripts/fence.ts']);
  mkdirSync(join(copy, dirname(KIND)));
  writeFileSync(join(copy, KIND), `${diff.get(KIND)?.join('\n')}\n`);
  const [imported, entry = ''] = diff.get(SELECT) ?? [];
  edit(SELECT, (text) =>
    text.replace('import { spoolKind }', `${imported}\n$&`).replace('StoreKind[] = [', `$&${entry.trim()} `),
  );
});

const compile = () =>
  spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', 'built', '-p', BUILD],
    { cwd: copy, encoding: 'utf8' },
  ).stdout;

it(
  'compiles; the compiler names each member that an entry lacks',
  () => {
    expect(compile()).toBe('');
    const whole = readFileSync(join(copy, KIND), 'utf8');
    edit(KIND, (text) => text.replace(/^ {2}(read|elect|oneProcess): .*\n/gm, ''));
    expect(compile()).toMatch(/missing the following properties from type 'StoreKind': read, oneProcess, elect/);
    writeFileSync(join(copy, KIND), whole);
  },
  TIMEOUT_MS,
);

it('needs one row in the fence, and crosses no other line', () => {
  const [row = ''] = readDiff().get('scripts/fence.ts') ?? [];
  expect(row).toContain(dirname(KIND).slice('src/'.length));
  const [one, ...others] = breaches(readSources(join(copy, 'src')));
  expect([one, others]).toEqual([expect.stringContaining('Add "stores/lines" to LAYERS'), []]);
  expect(LAYERS.flat()).not.toContain('stores/lines');
});

describe('a service with the new store', () => {
  const env = { DATA_DIR: lines };

  it(
    'stores events, and says on the internal listener that they cannot be read',
    async () => {
      service = await startServe(env, { bin });
      const { body } = nameUpdate();
      const headers = { 'x-hub-signature-256': signatureOf(body, SECRET) };
      const answer = await postSigned(`${service.publicUrl}/webhook`, body, headers);
      expect(answer.status).toBe(200);
      expect(JSON.parse(readFileSync(lines, 'utf8'))).toMatchObject({ topic: 'whatsapp.phone-numbers' });

      const events = await fetch(`${service.internalUrl}/events`);
      expect(events.status).toBe(501);
      expect(await events.json()).toMatchObject({ error: { code: 'store_not_readable' } });
      expect(await service.end('SIGTERM')).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'is examined by doctor',
    async () => {
      const settings = { ...env, META_APP_SECRET: SECRET, META_VERIFY_TOKEN: TOKEN };
      const { stdout, stderr } = await runCli(['doctor', '--offline', '--json'], { env: settings, bin });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout).skipped).toContainEqual({ check: 'store', reason: 'lines have no check' });
    },
    TIMEOUT_MS,
  );

  it.each([
    ['events', `The store (lines in ${lines}) can only be written.`],
    ['dead-letters list', `The store (lines in ${lines}) can only be written.`],
    ['topics plan', 'has no topics to create'],
  ])(
    'hubcast %s says what cannot be done',
    async (command, message) => {
      const { code, stderr } = await runCli(command.split(' '), { env, bin });
      expect({ code, stderr }).toEqual({ code: expect.any(Number), stderr: expect.stringContaining(message) });
      expect(code).not.toBe(0);
      expect(stderr).not.toContain('    at ');
    },
    TIMEOUT_MS,
  );

  it(
    'does not start to watch numbers whose state it could not read back',
    async () => {
      const graph = { META_ACCESS_TOKEN: 'EAAG-token', WABA_IDS: '102290129340398' };
      const start = startServe({ ...env, ...graph }, { bin });
      await expect(start).rejects.toThrow(/serve ended with 2:[\s\S]*can only be written/);
    },
    TIMEOUT_MS,
  );
});
