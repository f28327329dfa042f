/**
 * The package as others get it: built, packed, and unpacked into an empty project that has nothing but zod, so that a
 * load of express or kafkajs fails there. Nothing is downloaded.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { namePublishedFiles } from '../../scripts/declarations.ts';
import { toCaptureLine } from '../../src/capture/capture-file.ts';
import { allSamples } from '../../src/sdk/testing/samples.ts';
import { BLOCKS } from '../support/documents.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** Folders of test/ with a file of pinned types. */
const CONTRACTS = { 'sdk.ts': 'sdk', 'testing.ts': join('sdk', 'testing') };
/** The TypeScript of README and docs/, which has to compile as well. */
const EXAMPLES = BLOCKS.filter(({ language }) => language === 'ts').map(({ code }) => code);
const folder = mkdtempSync(join(tmpdir(), 'hubcast-package-'));
const project = join(folder, 'project');
const installed = join(project, 'node_modules', 'hubcast');

function run(command: string, args: readonly string[], cwd = project) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

beforeAll(() => {
  const source = join(folder, 'source');
  mkdirSync(installed, { recursive: true });
  mkdirSync(source);
  for (const name of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'])
    copyFileSync(join(ROOT, name), join(source, name));
  for (const name of ['bin', 'schemas']) cpSync(join(ROOT, name), join(source, name), { recursive: true });
  execFileSync(process.execPath, [TSC, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(source, 'dist')]);
  namePublishedFiles(join(source, 'dist'));
  execFileSync('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', folder], {
    cwd: source,
    stdio: 'ignore',
  });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['xzf', join(folder, tarball), '--strip-components=1', '-C', installed]);
  symlinkSync(join(ROOT, 'node_modules', 'zod'), join(project, 'node_modules', 'zod'));
  writeFileSync(join(project, 'package.json'), '{"name":"empty","private":true,"type":"module"}');
  for (const [index, example] of EXAMPLES.entries()) writeFileSync(join(project, `example-${index}.ts`), example);
  for (const [name, folder] of Object.entries(CONTRACTS)) {
    copyFileSync(join(ROOT, 'test', folder, 'contract.types.ts'), join(project, name));
  }
  copyFileSync(join(ROOT, 'test', 'sdk', 'contract.types.ts'), join(project, 'required.cts'));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const USE = `
  const event = hubcast.decodeEvent(testing.recordsOf(testing.samplesOf('messages')[0].payload)[0]);
  console.log(event.type, event.data.value.text.body);
`;
const EXPECTED = { status: 0, output: 'whatsapp.messages.message this is a text message\n' };

describe('the package in an empty project', () => {
  it('is imported, with zod alone beside it', () => {
    writeFileSync(
      join(project, 'use.mjs'),
      `import * as hubcast from 'hubcast'; import * as testing from 'hubcast/testing'; ${USE}`,
    );
    expect(run(process.execPath, ['use.mjs'])).toEqual(EXPECTED);
  });

  it('is required', () => {
    writeFileSync(
      join(project, 'use.cjs'),
      `const hubcast = require('hubcast'); const testing = require('hubcast/testing'); ${USE}`,
    );
    expect(run(process.execPath, ['use.cjs'])).toEqual(EXPECTED);
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])(
    'type-checks with moduleResolution %s, its declarations and the examples of the documentation included',
    (moduleResolution, module) => {
      const compilerOptions = {
        target: 'es2024',
        lib: ['es2024', 'dom'],
        strict: true,
        noEmit: true,
        types: [],
        module,
        moduleResolution,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
      };
      const modules = [...Object.keys(CONTRACTS), ...EXAMPLES.map((_, index) => `example-${index}.ts`)];
      const files = moduleResolution === 'nodenext' ? [...modules, 'required.cts'] : modules;
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      expect(run(process.execPath, [TSC, '-p', '.'])).toEqual({ status: 0, output: '' });
    },
  );

  it('gives the Graph stand-in', () => {
    writeFileSync(
      join(project, 'graph.mjs'),
      `import { startGraphStandIn } from 'hubcast/testing';
       const graph = await startGraphStandIn({ accounts: [{ id: '1', numbers: [{ id: '2', display_phone_number: '+49 1512 3456789' }] }] });
       const headers = { authorization: 'Bearer ' + graph.accessToken };
       const { data } = await (await fetch(graph.url + '/v26.0/1/phone_numbers?fields=status', { headers })).json();
       console.log(data[0].status, graph.calls.length);
       await graph.close();`,
    );
    expect(run(process.execPath, ['graph.mjs'])).toEqual({ status: 0, output: 'CONNECTED 1\n' });
  });

  it('names no source file in its declarations', () => {
    const declarations = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.d.ts'),
    );
    expect(declarations.length).toBeGreaterThan(50);
    const naming = declarations.filter((name) =>
      /["']\.[^"'\n]*\.ts["']/.test(readFileSync(join(installed, name), 'utf8')),
    );
    expect(naming).toEqual([]);
  });

  it('replays a capture file in a jest test', () => {
    const samples = allSamples();
    const lines = samples.map(({ payload }, index) => {
      const body = new TextEncoder().encode(payload);
      const deliveryId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
      return toCaptureLine({ receivedMs: index, deliveryId, app: 'main', headers: {}, body }, false);
    });
    writeFileSync(join(project, 'capture.jsonl'), lines.join(''));
    writeFileSync(
      join(project, 'capture.test.mjs'),
      `import { decodeEvent, isEventOf } from 'hubcast';
       import { replayCapture } from 'hubcast/testing';
       it('handles what really came', async () => {
         const events = [];
         for await (const record of replayCapture('capture.jsonl')) events.push(decodeEvent(record));
         expect(events.length).toBeGreaterThanOrEqual(${samples.length});
         expect(events.filter((event) => isEventOf(event, 'whatsapp.messages.message'))[0].data.value.text.body).toBe('this is a text message');
       });`,
    );
    writeFileSync(join(project, 'jest.config.mjs'), "export default { testMatch: ['**/*.test.mjs'], transform: {} };");
    const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
    const { status, output } = run(process.execPath, [
      '--experimental-vm-modules',
      jest,
      '--no-cache',
      '--no-watchman',
    ]);
    expect([status, output]).toEqual([0, expect.stringContaining('1 passed')]);
  });

  it('gives the schemas by path', () => {
    writeFileSync(join(project, 'schemas.cjs'), "console.log(require('hubcast/schemas/index.json').types.length > 40)");
    expect(run(process.execPath, ['schemas.cjs'])).toEqual({ status: 0, output: 'true\n' });
  });
});
