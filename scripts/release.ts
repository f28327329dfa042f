// npm run release -- 1.2.3          writes the version to every file that carries it: see docs/releasing.md
// npm run release -- notes 1.2.3    prints that version's part of the changelog
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles, ROOT } from './generated-files.ts';
import { notesOf, releaseEdits } from './release-edits.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const [first = '', second = ''] = process.argv.slice(2);

try {
  if (first === 'notes') process.stdout.write(`${notesOf(read('CHANGELOG.md'), second)}\n`);
  else release(first);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function release(version: string): void {
  const status = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== '') throw new Error(`Commit or put away what is changed first:\n${status}`);
  const edits = releaseEdits({ version, day: new Date().toISOString().slice(0, 10), read });
  for (const { path, text } of edits) writeFileSync(join(ROOT, path), text);
  for (const { path, text } of generatedFiles()) writeFileSync(join(ROOT, path), text);
  process.stdout.write(`${version} is written. Look at it with git diff; docs/releasing.md has the next steps.\n`);
}
