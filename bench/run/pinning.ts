import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * One core for the server, the others for everything else. Ratios on a machine where both fight for a core say little, so
 * the report tells which it was.
 */
export type Pinning =
  | { readonly pinned: true; readonly serverCore: number; readonly otherCores: readonly number[] }
  | { readonly pinned: false; readonly reason: string };

/**
 * Moves this process, and so all it starts later (generator, broker), off the first core it may use, which is left to the
 * servers.
 */
export function pinOurselves(): Pinning {
  if (availableParallelism() < 2) return { pinned: false, reason: 'there is only one core' };
  const cores = allowedCores();
  const [serverCore, ...otherCores] = cores ?? [];
  if (serverCore === undefined || otherCores.length === 0) return { pinned: false, reason: 'taskset is not there' };
  execFileSync('taskset', ['-a', '-c', '-p', otherCores.join(','), String(process.pid)], { stdio: 'ignore' });
  return { pinned: true, serverCore, otherCores };
}

/** The command that runs `command` on the server's core. */
export function onServerCore(pinning: Pinning, command: readonly string[]): readonly string[] {
  return pinning.pinned ? ['taskset', '-c', String(pinning.serverCore), ...command] : command;
}

/** The same on every core of the run; without this it would inherit ours, which leave the server's out. */
export function onAllCores(pinning: Pinning, command: readonly string[]): readonly string[] {
  if (!pinning.pinned) return command;
  return ['taskset', '-c', [pinning.serverCore, ...pinning.otherCores].join(','), ...command];
}

function allowedCores(): readonly number[] | undefined {
  try {
    // "pid 12's current affinity list: 0-3,6"
    const answer = execFileSync('taskset', ['-c', '-p', String(process.pid)], { encoding: 'utf8', stdio: 'pipe' });
    return parseCoreList(answer.slice(answer.lastIndexOf(':') + 1).trim());
  } catch {
    return undefined;
  }
}

/** `0-2,5` as the kernel writes sets of cores. */
export function parseCoreList(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
