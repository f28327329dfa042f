/** The commands of hubcast, as commander knows them: what a page names is looked up here. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli');

/** Each file of src/cli that makes a command exports a function named after it. */
export async function readCommands(): Promise<readonly Command[]> {
  const modules: Record<string, unknown>[] = await Promise.all(readdirSync(CLI).map((file) => import(join(CLI, file))));
  return modules
    .flatMap((module) => Object.entries(module))
    .flatMap(([name, make]) =>
      /^[a-z]\w*Command$/.test(name) && typeof make === 'function' && make.length === 0 ? [make() as Command] : [],
    );
}

/**
 * Why a command line is none of hubcast's, or nothing.
 * @param line what stands behind `hubcast`
 */
export function problemOfCommand(line: string, commands: readonly Command[]): string | null {
  const words = line.replace(/"[^"]*"|'[^']*'/g, 'text').split(/\s+/);
  let found: Command | undefined;
  let below = commands;
  while (below.length > 0) {
    const next = below.find((command) => command.name() === words[0]);
    if (next === undefined) break;
    words.shift();
    found = next;
    below = next.commands;
  }
  if (found === undefined) return words[0]?.startsWith('--') ? null : `there is no command ${words[0]}`;
  if (below.length > 0 && /^[a-z]/.test(words[0] ?? '')) return `${found.name()} has no command ${words[0]}`;
  const known = [...found.options.flatMap(({ long, short }) => [long, short]), '--help'];
  const missing = words.filter((word) => word.startsWith('-') && word.length > 1 && !known.includes(word));
  return missing.length > 0 ? `${found.name()} has no ${missing.join(', ')}` : null;
}
