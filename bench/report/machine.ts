import { execFileSync } from 'node:child_process';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import type { Pinning } from '../run/pinning.ts';

/** Where the figures were made; without it they say nothing. */
export interface Machine {
  readonly cores: number;
  readonly cpuModel: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly pinning: Pinning;
  /** Of the folder the journal is in: on a tmpfs a sync costs nothing, and its figures mean nothing. */
  readonly dataFileSystem: string;
}

export function describeMachine(pinning: Pinning): Machine {
  const cores = cpus();
  return {
    cores: cores.length,
    cpuModel: cores[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${process.platform} ${release()}`,
    node: process.version,
    pinning,
    dataFileSystem: fileSystemOf(tmpdir()),
  };
}

function fileSystemOf(folder: string): string {
  try {
    return execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

export function machineLines(machine: Machine): readonly string[] {
  const { cores, cpuModel, memoryBytes, system, node, pinning, dataFileSystem } = machine;
  const pinned = pinning.pinned
    ? `server pinned to core ${pinning.serverCore}, everything else on ${pinning.otherCores.join(',')}`
    : `NOT pinned (${pinning.reason}): ratios are rough`;
  const disk =
    dataFileSystem === 'tmpfs' ? 'tmpfs: syncing is free there, journal figures are too good' : dataFileSystem;
  return [
    `${cores} cores ${cpuModel}, ${Math.round(memoryBytes / 1e9)} GB, ${system}, Node ${node}`,
    `${pinned}; journal on ${disk}`,
  ];
}
