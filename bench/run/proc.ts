import { readFileSync } from 'node:fs';

/** What Linux tells of a process and of the cores; everything is undefined where there is no /proc. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_KB = 1024;

/** A process and those it started. */
export function processTree(pid: number): readonly number[] {
  const children = (readProc(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').map(Number).filter(Boolean);
  return [pid, ...children.flatMap(processTree)];
}

/** Processor time of all threads of these processes since they started, user and system. */
export function processCpuMs(pids: readonly number[]): number | undefined {
  return sumOf(pids.map(cpuMs));
}

function cpuMs(pid: number): number | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // proc_pid_stat(5): utime and stime are fields 14 and 15; the name in field 2 may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Memory that processes share counts for each of them. */
export function residentBytes(pids: readonly number[]): number | undefined {
  return sumOf(pids.map(residentBytesOf));
}

function residentBytesOf(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * BYTES_PER_KB;
}

/** What a process wrote with write(2) and its like, to whatever it may be. */
export function writtenBytes(pid: number): number | undefined {
  const bytes = /^wchar: (\d+)$/m.exec(readProc(`/proc/${pid}/io`) ?? '')?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

function sumOf(figures: readonly (number | undefined)[]): number | undefined {
  return figures.reduce((sum, figure) => (sum === undefined || figure === undefined ? undefined : sum + figure), 0);
}

export interface CoreTime {
  readonly busy: number;
  readonly total: number;
}

/** Ticks since boot of each core, by its number. */
export function coreTimes(): ReadonlyMap<number, CoreTime> {
  return parseCoreTimes(readProc('/proc/stat') ?? '');
}

export function parseCoreTimes(stat: string): ReadonlyMap<number, CoreTime> {
  const lines = [...stat.matchAll(/^cpu(\d+) (.*)$/gm)];
  return new Map(
    lines.map(([, core, rest = '']) => {
      // proc_stat(5): user nice system idle iowait irq softirq steal; guest time is already in user.
      const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = rest
        .split(' ')
        .map(Number);
      const busy = user + nice + system + irq + softirq + steal;
      return [Number(core), { busy, total: busy + idle + iowait }];
    }),
  );
}

/** Share of the time between two readings in which these cores were busy, by whomever. */
export function busyShare(
  before: ReadonlyMap<number, CoreTime>,
  after: ReadonlyMap<number, CoreTime>,
  cores: readonly number[],
): number | undefined {
  const sum = (times: ReadonlyMap<number, CoreTime>, part: keyof CoreTime): number =>
    cores.reduce((total, core) => total + (times.get(core)?.[part] ?? 0), 0);
  const total = sum(after, 'total') - sum(before, 'total');
  return total > 0 ? (sum(after, 'busy') - sum(before, 'busy')) / total : undefined;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
