/** Every committed file, or part of one, that is made from the code: what it must contain now. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESCRIPTIONS, type Subject } from '../src/cli/describe.ts';
import { readStoreSettings } from '../src/config/read-settings.ts';
import { eventTypeSchemas, schemaIndex } from '../src/events/json-schemas.ts';

export const ROOT = join(import.meta.dirname, '..');

export interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

export function generatedFiles(): readonly GeneratedFile[] {
  const schemas = eventTypeSchemas().map(({ path, schema }) => ({ path: `schemas/${path}`, text: toJson(schema) }));
  return [
    ...schemas,
    { path: 'schemas/index.json', text: toJson(schemaIndex()) },
    { path: 'README.md', text: readme() },
  ];
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Tables stand between `<!-- table: settings -->` and `<!-- end -->`. */
function readme(): string {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  return text.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, subject: string, end: string) => {
      return `${start}${toMarkdownTable(DESCRIPTIONS[subject as Subject](readStoreSettings({})))}\n${end}`;
    },
  );
}

function toMarkdownTable(rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ''))),
  ].join('\n');
}
