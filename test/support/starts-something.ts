import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SRC = join(import.meta.dirname, '..', '..', 'src');
const STARTS = /^import .* from '(?:node:child_process|node:cluster|playwright-core|testcontainers)';$/m;
// Types are erased before anything runs.
const RELATIVE_IMPORT = /^(?:import(?! type)|export(?! type)|\}).* from '(\.{1,2}\/[^']+)';$/gm;
const known = new Map<string, boolean>();

/** Whether a file of the tests, or one that it imports, can start a process, a browser or a container. */
export function startsSomething(file: string): boolean {
  // The service itself starts workers only when a test runs it in a process of its own.
  if (file.startsWith(SRC)) return false;
  const answer = known.get(file);
  if (answer !== undefined) return answer;
  known.set(file, false);
  const text = readFileSync(file, 'utf8');
  const imported = [...text.matchAll(RELATIVE_IMPORT)].map(([, path = '']) => join(dirname(file), path));
  const starts = STARTS.test(text) || imported.some(startsSomething);
  known.set(file, starts);
  return starts;
}
