/** Libraries in C that are loaded into a process with LD_PRELOAD. */
import { execFileSync, spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';

/** Why this machine cannot make or load one, or null. */
export function whyNoCompiler(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux';
  return spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0 ? null : 'it needs a C compiler (cc)';
}

/** @returns the library's path, in `folder` */
export function compileShared(source: string, folder: string): string {
  const library = join(folder, basename(source).replace(/c$/, 'so'));
  execFileSync('cc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  return library;
}
