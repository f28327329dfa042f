// Our schemas in the hands of other ecosystems: the table of docs/consuming.md. UPDATE_READERS=1 writes it again; read the diff.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from '@jest/globals';
import { toMarkdownTable } from '../../scripts/markdown-table.ts';
import { itForeign } from '../support/foreign.ts';
import { type ForeignReader, ROOT } from './reader-tools.ts';
import { READERS } from './readers.ts';

const PAGE = join(ROOT, 'docs', 'consuming.md');
const TABLE = /(<!-- foreign readers -->\n)[\s\S]*?(<!-- end -->)/;
const TIMEOUT_MS = 300_000;

describe('our schemas', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-readers-'));
  const isUpdate = process.env.UPDATE_READERS !== undefined;
  const rows = new Map<string, Readonly<Record<string, string>>>();
  const page = readFileSync(PAGE, 'utf8');

  for (const reader of READERS) {
    itForeign(
      `are read by ${reader.title}`,
      reader.tool,
      (path) => {
        const row = rowOf(reader, path);
        rows.set(reader.title, row);
        // Versions of tools change; what comes of our schemas does not.
        if (!isUpdate)
          expect(page).toMatch(
            new RegExp(`^\\| ${escaped(reader.title)} \\|.*\\| ${escaped(String(row.result))} \\|$`, 'm'),
          );
      },
      TIMEOUT_MS,
    );
  }

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (isUpdate) writeFileSync(PAGE, page.replace(TABLE, `$1${toMarkdownTable([...rows.values()])}\n$2`));
  });

  function rowOf(reader: ForeignReader, path: string): Readonly<Record<string, string>> {
    const { title, options, version, read } = reader;
    const result = read(path, mkdtempSync(join(folder, 'reader-')));
    return { tool: title, version: version(path), options: options === '' ? '' : `\`${options}\``, result };
  }
});

function escaped(text: string): string {
  return text.replace(/[^\w\s]/g, '\\$&');
}
