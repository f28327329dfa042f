import { availableParallelism, loadavg } from 'node:os';

/** A bound in ms for a machine that keeps up; where more runs than it has cores for, everything takes that much longer. */
export function patience(ms: number): number {
  const [load = 0] = loadavg();
  return ms * Math.max(1, load / availableParallelism());
}
