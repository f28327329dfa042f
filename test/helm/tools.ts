// Programs that check the chart and that not every machine has: helm, and kubernetes-validate (PyPI), which carries the
// schemas of Kubernetes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
export const CHART = join(ROOT, 'helm');
/** What the renders are for: a Helm that `go install` built takes itself for a very old one. */
export const KUBERNETES_VERSION = '1.34.0';

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** True where the program is there; one line on stderr where not. */
export function isThere(program: string, versionArgument: string, what: string): boolean {
  const there = spawnSync(program, [versionArgument], { stdio: 'ignore' }).status === 0;
  if (!there) process.stderr.write(`SKIPPED ${what}: there is no ${program} on this machine's PATH.\n`);
  return there;
}

export function run(program: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  return { code: status, output: stdout, errors: stderr };
}

export function render(...args: readonly string[]): Outcome {
  return run('helm', ['template', 'hubcast', CHART, '-n', 'meta', '--kube-version', KUBERNETES_VERSION, ...args]);
}
