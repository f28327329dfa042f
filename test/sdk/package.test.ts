/**
 * The kit as others get it: made, packed, and unpacked into empty projects that have nothing but zod, so that a load of express or
 * kafkajs fails there. Nothing is downloaded; runners and Nodes of others are used where `npm run foreign:install` has put them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
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
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSync } from 'esbuild';
import { KIT, writeKit } from '../../scripts/kit.ts';
import { toCaptureLine } from '../../src/capture/capture-file.ts';
import { allSamples } from '../../src/sdk/testing/samples.ts';
import { BLOCKS } from '../support/documents.ts';
import { describeForeign, foreignTool } from '../support/foreign.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
/** Of what a consumer's page loads to read events. */
const MOST_BUNDLED_BYTES = 60_000;
/** Folders of test/ with a file of pinned types. */
const CONTRACTS = { 'sdk.ts': 'sdk', 'testing.ts': join('sdk', 'testing') };
/** The TypeScript of README and docs/, which has to compile as well. */
const EXAMPLES = BLOCKS.filter(({ language }) => language === 'ts').map(({ code }) => code);
const folder = mkdtempSync(join(tmpdir(), 'hubcast-package-'));
const unpacked = join(folder, 'unpacked');
const SAMPLES = allSamples();

function run(command: string, args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** An empty project with the kit and zod, and with a capture file. */
function makeProject(name: string, manifest: object = {}): string {
  const project = join(folder, name);
  const modules = join(project, 'node_modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(unpacked, join(modules, KIT));
  symlinkSync(join(ROOT, 'node_modules', 'zod'), join(modules, 'zod'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, ...manifest }));
  const lines = SAMPLES.map(({ payload }, index) => {
    const body = new TextEncoder().encode(payload);
    const deliveryId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    return toCaptureLine({ receivedMs: index, deliveryId, app: 'main', headers: {}, body }, false);
  });
  writeFileSync(join(project, 'capture.jsonl'), lines.join(''));
  return project;
}

beforeAll(async () => {
  const kit = join(folder, 'kit');
  await writeKit(kit);
  execFileSync('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', folder], {
    cwd: kit,
    stdio: 'ignore',
  });
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  mkdirSync(unpacked);
  execFileSync('tar', ['xzf', join(folder, tarball), '--strip-components=1', '-C', unpacked]);
  // Where it looks for zod when it is reached by a link.
  mkdirSync(join(unpacked, 'node_modules'));
  symlinkSync(join(ROOT, 'node_modules', 'zod'), join(unpacked, 'node_modules', 'zod'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const USE = `
  const event = events.decodeEvent(testing.recordsOf(testing.samplesOf('messages')[0].payload)[0]);
  console.log(event.type, event.data.value.text.body);
`;
const IMPORT = `import * as events from '${KIT}'; import * as testing from '${KIT}/testing'; ${USE}`;
const REQUIRE = `const events = require('${KIT}'); const testing = require('${KIT}/testing'); ${USE}`;
const EXPECTED = { status: 0, output: 'whatsapp.messages.message this is a text message\n' };

/** A test of a consumer, but for how its runner and the kit get into it. */
const TEST_BODY = `
  test('handles what really came', async () => {
    const events = [];
    for await (const record of replayCapture('capture.jsonl')) events.push(decodeEvent(record));
    const [message] = events.filter((event) => isEventOf(event, 'whatsapp.messages.message'));
    if (events.length < ${SAMPLES.length}) throw new Error('only ' + events.length + ' events');
    if (message?.data.value.text?.body !== 'this is a text message') throw new Error('another text');
  });
`;
const IMPORTED = `import { decodeEvent, isEventOf } from '${KIT}'; import { replayCapture } from '${KIT}/testing'; ${TEST_BODY}`;
const REQUIRED = `const { decodeEvent, isEventOf } = require('${KIT}'); const { replayCapture } = require('${KIT}/testing'); ${TEST_BODY}`;

/** This Node, and the older ones that are installed. */
function nodes(): readonly (readonly [name: string, path: string])[] {
  const older = foreignTool('nodes');
  const olderNodes =
    older === undefined
      ? []
      : ['node-20', 'node-22'].map((name) => [name, join(older, 'node_modules', name, 'bin', 'node')] as const);
  return [['this Node', process.execPath], ...olderNodes];
}

describe.each(nodes())('in an empty project on %s', (name, node) => {
  const at = (kind: string) => `${kind}-${name.replace(' ', '-')}`;

  it('is imported, with zod alone beside it', () => {
    const project = makeProject(at('import'));
    writeFileSync(join(project, 'use.mjs'), IMPORT);
    expect(run(node, ['use.mjs'], project)).toEqual(EXPECTED);
  });

  it('is required', () => {
    const project = makeProject(at('require'));
    writeFileSync(join(project, 'use.cjs'), REQUIRE);
    expect(run(node, ['use.cjs'], project)).toEqual(EXPECTED);
  });

  it('replays a capture in a test of jest with its default settings', () => {
    const project = makeProject(at('jest'));
    writeFileSync(join(project, 'capture.test.js'), REQUIRED);
    const { status, output } = run(node, [JEST, '--no-cache', '--no-watchman'], project);
    expect([status, output]).toEqual([0, expect.stringContaining('1 passed')]);
  });

  it('replays a capture in a test of jest that is an ES module', () => {
    const project = makeProject(at('jest-esm'), { type: 'module', jest: { transform: {} } });
    writeFileSync(join(project, 'capture.test.js'), IMPORTED);
    const { status, output } = run(node, ['--experimental-vm-modules', JEST, '--no-cache', '--no-watchman'], project);
    expect([status, output]).toEqual([0, expect.stringContaining('1 passed')]);
  });

  it('replays a capture in a test of node:test', () => {
    const project = makeProject(at('node-test'), { type: 'module' });
    writeFileSync(join(project, 'capture.test.js'), `import { test } from 'node:test'; ${IMPORTED}`);
    const { status, output } = run(node, ['--test'], project);
    expect([status, output]).toEqual([0, expect.stringMatching(/pass 1\b/)]);
  });

  it('gives the Graph stand-in', () => {
    const project = makeProject(at('graph'));
    writeFileSync(
      join(project, 'graph.mjs'),
      `import { startGraphStandIn } from '${KIT}/testing';
       const graph = await startGraphStandIn({ accounts: [{ id: '1', numbers: [{ id: '2', display_phone_number: '+49 1512 3456789' }] }] });
       const headers = { authorization: 'Bearer ' + graph.accessToken };
       const { data } = await (await fetch(graph.url + '/v26.0/1/phone_numbers?fields=status', { headers })).json();
       console.log(data[0].status, graph.calls.length);
       await graph.close();`,
    );
    expect(run(node, ['graph.mjs'], project)).toEqual({ status: 0, output: 'CONNECTED 1\n' });
  });
});

describeForeign('ts-jest, with its default settings', 'jest', (path) => {
  it('replays a capture', () => {
    const project = makeProject('ts-jest', { jest: { preset: 'ts-jest' } });
    for (const name of readdirSync(join(path, 'node_modules'))) {
      if (name !== 'zod') symlinkSync(join(path, 'node_modules', name), join(project, 'node_modules', name));
    }
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { strict: true, esModuleInterop: true, target: 'es2022', skipLibCheck: true },
      }),
    );
    writeFileSync(
      join(project, 'capture.test.ts'),
      IMPORTED.replace('const events = []', 'const events: WebhookEvent[] = []').replace(
        'decodeEvent,',
        'decodeEvent, type WebhookEvent,',
      ),
    );
    const { status, output } = run(
      process.execPath,
      [join(path, 'node_modules', 'jest', 'bin', 'jest.js'), '--no-cache', '--no-watchman'],
      project,
    );
    expect([status, output]).toEqual([0, expect.stringContaining('1 passed')]);
  }, 120_000);
});

describeForeign('vitest', 'vitest', (path) => {
  it('replays a capture', () => {
    const project = makeProject('vitest', { type: 'module' });
    symlinkSync(join(path, 'node_modules', 'vitest'), join(project, 'node_modules', 'vitest'));
    writeFileSync(join(project, 'capture.test.js'), `import { test } from 'vitest'; ${IMPORTED}`);
    const { status, output } = run(
      process.execPath,
      [join(path, 'node_modules', 'vitest', 'vitest.mjs'), 'run'],
      project,
    );
    expect([status, output]).toEqual([0, expect.stringMatching(/1 passed/)]);
  }, 120_000);
});

describe('its types', () => {
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'dom'],
    strict: true,
    noEmit: true,
    types: [],
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  };

  it.each([
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ])(
    'are found with moduleResolution %s, those of the examples of the documentation included',
    (moduleResolution, module) => {
      const project = makeProject(`types-${moduleResolution}`, { type: 'module' });
      for (const [index, example] of EXAMPLES.entries()) writeFileSync(join(project, `example-${index}.ts`), example);
      for (const [name, folder] of Object.entries(CONTRACTS)) {
        copyFileSync(join(ROOT, 'test', folder, 'contract.types.ts'), join(project, name));
      }
      copyFileSync(join(ROOT, 'test', 'sdk', 'contract.types.ts'), join(project, 'required.cts'));
      const modules = [...Object.keys(CONTRACTS), ...EXAMPLES.map((_, index) => `example-${index}.ts`)];
      const files = moduleResolution === 'bundler' ? modules : [...modules, 'required.cts'];
      const config = { compilerOptions: { ...compilerOptions, module, moduleResolution }, files };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
      expect(run(process.execPath, [TSC, '-p', '.'], project)).toEqual({ status: 0, output: '' });
    },
    120_000,
  );

  it('name no source file', () => {
    const declarations = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.d\.c?ts$/.test(name) && !name.startsWith('node_modules'),
    );
    expect(declarations.length).toBeGreaterThan(100);
    const naming = declarations.filter((name) =>
      /["']\.[^"'\n]*\.ts["']/.test(readFileSync(join(unpacked, name), 'utf8')),
    );
    expect(naming).toEqual([]);
  });
});

describeForeign('the types, by are-the-types-wrong', 'attw', (path) => {
  it('resolve for every kind of import', () => {
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    const { status, output } = run(
      join(path, 'node_modules', '.bin', 'attw'),
      [join(folder, tarball), '--exclude-entrypoints', 'schemas', '--no-emoji'],
      folder,
    );
    expect([status, output]).toEqual([0, expect.stringContaining('No problems found')]);
  }, 120_000);
});

describe('the package', () => {
  it('depends on zod alone, and asks for no script', () => {
    const { dependencies, scripts, engines } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
    expect({ dependencies: Object.keys(dependencies), scripts, engines }).toEqual({
      dependencies: ['zod'],
      scripts: undefined,
      engines: { node: '>=20.12' },
    });
  });

  it('bundles to less than 60 kB for a browser, where decodeEvent is all that is used, and needs nothing of Node', () => {
    const project = makeProject('bundle', { type: 'module' });
    writeFileSync(join(project, 'page.js'), `import { decodeEvent } from '${KIT}'; globalThis.decode = decodeEvent;`);
    const { outputFiles } = buildSync({
      entryPoints: [join(project, 'page.js')],
      ...{ bundle: true, minify: true, platform: 'browser', format: 'esm', write: false, logLevel: 'silent' },
    });
    const bytes = gzipSync(outputFiles?.[0]?.contents ?? '').byteLength;
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(MOST_BUNDLED_BYTES);
  });

  it('gives the schemas by path', () => {
    const project = makeProject('schemas');
    writeFileSync(join(project, 'schemas.cjs'), `console.log(require('${KIT}/schemas/index.json').types.length > 40)`);
    expect(run(process.execPath, ['schemas.cjs'], project)).toEqual({ status: 0, output: 'true\n' });
  });
});
