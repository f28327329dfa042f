import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Builds the checkout that `--against` names, and returns its folder. */
export function buildCheckout(folder: string, progress: (line: string) => void): string {
  if (!existsSync(join(folder, 'package.json')) || !existsSync(join(folder, 'src', 'main.ts'))) {
    throw new Error(`--against names "${folder}", which is no checkout of hubcast. Give the folder of a clone.`);
  }
  const root = realpathSync(folder);
  progress(`building ${root} ...`);
  execFileSync('npm', ['run', '-s', 'compile'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return root;
}
