/**
 * `hubcast-events`: what reads events and what tests of a consumer need, as a package of its own. Its only dependency is zod, its reading side needs
 * nothing of Node, and both come as ES modules and as CommonJS, for Node 20 and newer, browsers and bundlers.
 *
 *   index.js, index.cjs        src/sdk/index.ts     reads events
 *   testing.js, testing.cjs    src/sdk/testing.ts   makes webhooks and events in tests
 *   types/, types-cjs/         the declarations, named as each kind of import looks for them
 *   schemas/                   the JSON Schemas
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { namePublishedFiles } from './declarations.ts';
import { ROOT } from './generated-files.ts';

export const KIT = 'hubcast-events';

const ENTRIES = ['index', 'testing'] as const;
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** The oldest Node that is still looked after, and browsers of the same year. */
const TARGET = ['node20', 'es2023'];

/** Writes the package into an empty or missing folder. */
export async function writeKit(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await writeCode(folder);
  writeDeclarations(folder);
  for (const name of ['LICENSE', 'CHANGELOG.md', 'schemas'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'README.md'), README);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

async function writeCode(folder: string): Promise<void> {
  const options: BuildOptions = {
    entryPoints: ENTRIES.map((name) => ({ in: join(ROOT, 'src', 'sdk', `${name}.ts`), out: name })),
    bundle: true,
    target: TARGET,
    platform: 'node',
    external: ['zod'],
    outdir: folder,
    logLevel: 'warning',
  };
  // Both entries share their modules, so that an error of one is an instance of the other's class.
  await build({ ...options, format: 'esm', splitting: true, chunkNames: 'shared-[hash]' });
  await build({ ...options, format: 'cjs', outExtension: { '.js': '.cjs' } });
}

/** Of the modules that the entries need, once for import and once for require. */
function writeDeclarations(folder: string): void {
  for (const types of ['types', 'types-cjs']) {
    const args = [TSC, '-p', join(ROOT, 'tsconfig.kit.json'), '--outDir', join(folder, types)];
    execFileSync(process.execPath, args, { stdio: 'inherit' });
  }
  namePublishedFiles(join(folder, 'types'));
  namePublishedFiles(join(folder, 'types-cjs'), 'cjs');
  for (const name of readdirSync(join(folder, 'types-cjs'), { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, 'types-cjs', name);
    if (name.endsWith('.d.ts')) renameSync(file, file.replace(/\.d\.ts$/, '.d.cts'));
  }
  for (const name of ENTRIES) {
    writeFileSync(join(folder, `${name}.d.ts`), `export * from './types/sdk/${name}.js';\n`);
    writeFileSync(join(folder, `${name}.d.cts`), `export * from './types-cjs/sdk/${name}.cjs';\n`);
  }
}

function manifest(): object {
  const { version, license, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const entry = (name: (typeof ENTRIES)[number]) => ({
    import: { types: `./${name}.d.ts`, default: `./${name}.js` },
    require: { types: `./${name}.d.cts`, default: `./${name}.cjs` },
  });
  return {
    name: KIT,
    version,
    description:
      "Reads the events that hubcast makes of Meta's WhatsApp Business webhooks: typed, checked, every digit kept.",
    license,
    type: 'module',
    engines: { node: '>=20.12' },
    sideEffects: false,
    // For tools that do not know `exports`; they find ./testing by its name.
    main: './index.cjs',
    module: './index.js',
    types: './index.d.ts',
    exports: {
      '.': entry('index'),
      './testing': entry('testing'),
      './schemas/*': './schemas/*',
      './package.json': './package.json',
    },
    dependencies: { zod: dependencies.zod },
  };
}

const README = `# hubcast-events

Reads the events that hubcast makes of Meta's WhatsApp Business webhooks, from any Kafka client: typed, checked, every digit kept. No other dependency than zod;
Node 20.12 and newer, browsers, ES modules and CommonJS.

\`\`\`ts
import { decodeEvent, isEventOf } from 'hubcast-events';

const event = decodeEvent(message); // a record of any Kafka client: value, headers
if (isEventOf(event, 'whatsapp.messages.message')) console.log(event.data.value.text?.body);
\`\`\`

\`hubcast-events/testing\` makes signed webhooks, their events and Kafka batches for tests, replays captured requests, and stands in for Meta's Graph API.
\`hubcast-events/schemas/…\` are the JSON Schemas of all events. The service's documentation has a page for consumers and one for tests.
`;
