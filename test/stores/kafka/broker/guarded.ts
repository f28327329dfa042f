// This process's line to its guard (guard.ts).
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

type Kind = 'pid' | 'folder' | 'container' | 'network';

let guard: ChildProcess | undefined;
const held = new Set<string>();

/** From now on the guard ends or removes this when this process is gone. */
export function hold(kind: Kind, what: string | number): void {
  held.add(`${kind}\t${what}`);
  guard ??= startGuard();
  guard.stdin?.write(`hold\t${kind}\t${what}\n`);
}

/** It is ended or removed already. The guard goes with the last. */
export function release(kind: Kind, what: string | number): void {
  if (!held.delete(`${kind}\t${what}`)) return;
  guard?.stdin?.write(`release\t${kind}\t${what}\n`);
  if (held.size > 0) return;
  guard?.stdin?.end();
  guard = undefined;
}

function startGuard(): ChildProcess {
  // Detached: Ctrl-C in a terminal reaches the whole group of processes, and must not reach the guard.
  const started = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  started.unref();
  started.stdin.on('error', () => undefined);
  // The pipe is a socket on every platform Node runs on; it must not keep this process alive.
  if ('unref' in started.stdin && typeof started.stdin.unref === 'function') started.stdin.unref();
  return started;
}
