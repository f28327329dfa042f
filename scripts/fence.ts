/**
 * The one fence of `src`: which folder may import which, and which folder owns which package. A folder imports from its own
 * row and from the rows above it. Type-only imports count: what a module names, it cannot be moved away from.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/**
 * From the ground up. An entry is a folder of `src` that holds modules, or one module. Entries of one row may import each
 * other; a module that has an entry of its own does not belong to the row of its folder.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ['core/errors'],
  ['core'],
  ['webhook'],
  [
    'fields',
    'fields/accounts',
    'fields/calls',
    'fields/contacts',
    'fields/flows',
    'fields/groups',
    'fields/history',
    'fields/messages',
    'fields/phone-numbers',
    'fields/templates',
  ],
  ['config', 'config/groups'],
  ['events', 'events/system'],
  ['events/decoding'],
  ['records'],
  [
    'stores/dedupe-cache.ts',
    'stores/group-commit.ts',
    'stores/lease.ts',
    'stores/open-requests.ts',
    'stores/ordered-writer.ts',
    'stores/store.ts',
    'stores/store-kind.ts',
    'stores/store-notes.ts',
    'stores/topic-admin.ts',
  ],
  ['stores/journal'],
  ['stores/kafka'],
  ['stores/spool'],
  ['stores'],
  ['capture'],
  ['dead-letters'],
  ['event-queries'],
  ['meta-graph'],
  ['phone-numbers/health'],
  ['phone-numbers/look-ups'],
  ['phone-numbers/watch'],
  ['phone-numbers/management'],
  ['telemetry', 'telemetry/metrics', 'telemetry/traces'],
  ['receive.ts'],
  ['http/server'],
  ['http/public'],
  ['http/internal'],
  ['console'],
  ['console/client'],
  ['doctor', 'doctor/findings'],
  ['cluster'],
  ['sdk', 'sdk/testing', 'sdk/testing/graph-stand-in'],
  ['app'],
  ['cli'],
  ['main.ts'],
];

/** A package and the folders or modules that may import it. Node's own modules are free unless they are listed. */
export const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  zod: [''],
  express: ['http'],
  'raw-body': ['http'],
  kafkajs: ['stores/kafka'],
  'aws-msk-iam-sasl-signer-js': ['stores/kafka'],
  'node:sqlite': ['stores/journal'],
  'node:cluster': ['cluster', 'app'],
  '@noble/ciphers': ['capture'],
  pino: ['core/log.ts'],
  'prom-client': ['telemetry/metrics'],
  '@opentelemetry/api': ['telemetry/traces'],
  commander: ['cli', 'main.ts'],
  '@inquirer/prompts': ['cli'],
  'fastest-levenshtein': ['config', 'cli'],
  'lit-html': ['console/client'],
  uplot: ['console/client'],
};

/** Path below `src`, with `/`, and the module's text. */
export type Sources = ReadonlyMap<string, string>;

export function readSources(src: string): Sources {
  const paths = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return new Map(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(src, path), 'utf8')]));
}

/** @returns one sentence for each breach, with its cure; empty when all is well */
export function breaches(sources: Sources): readonly string[] {
  const found: string[] = [];
  const graph = new Map<string, readonly string[]>();
  for (const [path, text] of sources) {
    const layer = layerOf(path);
    if (layer === undefined) {
      found.push(`${path}: its folder has no layer. Add "${dirname(path)}" to LAYERS in scripts/fence.ts, or move it.`);
    }
    const modules: string[] = [];
    for (const name of importsOf(text)) {
      if (!name.startsWith('.')) {
        found.push(...packageBreach(path, name));
        continue;
      }
      const target = normalize(join(dirname(path), name)).replaceAll('\\', '/');
      if (!sources.has(target)) continue;
      modules.push(target);
      const goal = layerOf(target);
      if (layer !== undefined && goal !== undefined && goal > layer) {
        found.push(
          `${path} imports ${target}, which is above it. Move what both need to ${rowName(layer)} or below, or hand it in as an argument.`,
        );
      }
    }
    graph.set(path, modules);
  }
  return [...found, ...cyclesOf(graph), ...staleEntries(sources)];
}

function layerOf(path: string): number | undefined {
  const own = LAYERS.findIndex((row) => row.includes(path));
  const layer = own === -1 ? LAYERS.findIndex((row) => row.includes(dirname(path))) : own;
  return layer === -1 ? undefined : layer;
}

const rowName = (layer: number) => `"${LAYERS[layer]?.[0]}"`;

function packageBreach(path: string, specifier: string): string[] {
  const name = specifier.startsWith('@') ? specifier.split('/', 2).join('/') : (specifier.split('/', 1)[0] ?? '');
  const owners = PACKAGE_OWNERS[name];
  if (owners === undefined) {
    if (name.startsWith('node:')) return [];
    return [`${path} imports ${name}, which no folder owns. Give it one in PACKAGE_OWNERS of scripts/fence.ts.`];
  }
  if (owners.some((owner) => owner === '' || path === owner || path.startsWith(`${owner}/`))) return [];
  return [`${path} imports ${name}, which ${owners.join(' and ')} alone may import. Use what that folder exports.`];
}

const STATEMENT = /^(?:import|export)\s+(?:type\s+)?(?:[\w$*\s{},]+\sfrom\s+)?['"]([^'"]+)['"]/gm;
const EXPRESSION = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;

function importsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(STATEMENT), ...text.matchAll(EXPRESSION)].map((match) => match[1] ?? ''));
}

/** Each module that can be reached from itself, told once for each ring. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Map<string, string>();
  const finished = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start !== -1) {
      const ring = way.slice(start);
      const name = [...ring].sort().join();
      found.set(
        name,
        `${[...ring, path].join(' -> ')}: these import each other. Move what both need to a third module.`,
      );
      return;
    }
    if (finished.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...way, path]);
    finished.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return [...found.values()];
}

function staleEntries(sources: Sources): string[] {
  const there = new Set([...sources.keys()].flatMap((path) => [path, relative('', dirname(path)) || '.']));
  return LAYERS.flat()
    .filter((entry) => !there.has(entry))
    .map((entry) => `LAYERS in scripts/fence.ts names "${entry}", which is not there. Remove the entry.`);
}
