/** The schemas of the last release, read from its git tag: they need no second copy that could be forgotten. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './generated-files.ts';

export interface ReleasedSchema {
  /** From the project's root. */
  readonly path: string;
  readonly schema: object;
}

/** Tags of releases: v1.2.3. The newest by version is the last; null where there is none, or no git repository. */
export function lastRelease(): string | null {
  if (!existsSync(join(ROOT, '.git'))) return null;
  const tags = git('tag', '--list', 'v*', '--sort=-version:refname').split('\n');
  return tags.find((tag) => /^v\d+\.\d+\.\d+$/.test(tag)) ?? null;
}

export function isShallow(): boolean {
  return git('rev-parse', '--is-shallow-repository') === 'true';
}

export function schemasOf(release: string): readonly ReleasedSchema[] {
  const files = git('ls-tree', '-r', '--name-only', release, 'schemas/').split('\n');
  return files
    .filter((path) => /\/\d+\.json$/.test(path))
    .map((path) => ({ path, schema: JSON.parse(git('show', `${release}:${path}`)) as object }));
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).trim();
}
