/** The pages people read, and the code blocks in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

export interface Page {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  readonly path: string;
  readonly language: string;
  /** After the language: `needs=account` for commands that no test can run. */
  readonly note: string;
  readonly code: string;
}

/** The README and docs/: whose commands are run. */
export const PAGES: readonly Page[] = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

export function codeBlocks(pages: readonly Page[]): readonly CodeBlock[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(/^```(\w+)(?: (.*))?\n([\s\S]*?)^```$/gm)].map(([, language = '', note = '', code = '']) => {
      return { path, language, note, code };
    }),
  );
}

export const BLOCKS = codeBlocks(PAGES);
