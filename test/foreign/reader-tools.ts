/** What the readers of other ecosystems share: running programs, and the golden events as they stand in the topics. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
export const SCHEMAS = join(ROOT, 'schemas');
export const BUNDLE = join(SCHEMAS, 'events.json');
/** What our tests run with the tools. */
export const PROGRAMS = join(import.meta.dirname, 'programs');
const GOLDEN = join(ROOT, 'test', 'fixtures', 'webhooks');

export interface ForeignReader {
  /** In scripts/foreign/tools.ts. */
  readonly tool: string;
  readonly title: string;
  /** What its users have to say to it. */
  readonly options: string;
  readonly version: (path: string) => string;
  /** @returns what came of it, for the table; throws where the schemas are not fit for it */
  readonly read: (path: string, folder: string) => string;
}

export function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

interface GoldenRecord {
  readonly headers: Readonly<Record<string, string>>;
  /** As JavaScript reads it: golden files hold no number that it would round. */
  readonly event: Readonly<Record<string, unknown>>;
}

export function goldenRecords(): readonly GoldenRecord[] {
  return readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('records.json'))
    .flatMap((name) => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as GoldenRecord[]);
}

/** Every golden event, one a line. */
export function writeEvents(folder: string): { readonly file: string; readonly count: number } {
  const file = join(folder, 'events.jsonl');
  const events = goldenRecords();
  writeFileSync(file, events.map(({ event }) => `${JSON.stringify(event)}\n`).join(''));
  return { file, count: events.length };
}

export function packageVersion(path: string, name: string): string {
  return JSON.parse(readFileSync(join(path, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** Types made of ours have the names of ours: none is numbered. */
const NUMBERED = /^(Model|Item|Field|Items|Value|Data|.*Class|.*Element)?\d+$|[a-z]\d+$/;

export function assertNames(names: readonly string[]): void {
  const numbered = names.filter((name) => NUMBERED.test(name));
  if (numbered.length > 0) throw new Error(`Names that nobody gave: ${numbered.join(', ')}`);
}

/** Of the jar whose name begins so. */
export function jarVersion(path: string, name: string): string {
  const jar = readdirSync(join(path, 'jars')).find((one) => one.startsWith(`${name}-`)) ?? '';
  return jar.slice(name.length + 1, -'.jar'.length);
}
