/**
 * The compiler turns `./x.ts` into `./x.js` in the JavaScript it writes and leaves the declarations as they are. Not every
 * tool finds `x.d.ts` by the name `./x.ts`, so the published ones are told the way they look for.
 *
 *   node scripts/declarations.ts <folder>
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const RELATIVE_SOURCE = /((?:\bfrom|\bimport\(?)\s*["'])(\.[^"'\n]*)\.ts(["'])/g;

/** @param ending of the modules that the declarations are of */
export function namePublishedFiles(folder: string, ending: 'js' | 'cjs' = 'js'): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(RELATIVE_SOURCE, `$1$2.${ending}$3`));
  }
}

if (import.meta.main) namePublishedFiles(process.argv[2] ?? 'dist');
