import type { Generator } from '../load/generator.ts';
import type { LoadResult } from '../load/run-load.ts';
import { WORKLOADS } from '../load/workloads.ts';
import type { Scenario, ServerName } from '../scenarios.ts';
import type { Pinning } from './pinning.ts';
import { busyShare, coreTimes, processCpuMs, residentBytes } from './proc.ts';
import { readMetrics } from './read-metrics.ts';
import type { RunningServer } from './servers.ts';

/** One scenario in one round. What /proc would have told is absent where there is none. */
export interface RoundResult {
  readonly load: LoadResult;
  /** Requests answered as the workload should be, per second. */
  readonly perSecond: number;
  /** Of the workloads whose requests hold updates. */
  readonly updatesPerSecond?: number;
  /** JavaScript memory of the server's main thread. */
  readonly allocatedBytesPerRequest?: number;
  /** Writes to the store meanwhile; absent where the server keeps no such count. */
  readonly writes?: { readonly perRequest: number; readonly recordsPerWrite: number };
  readonly serverCpuUsPerRequest?: number;
  /** Processor time the server had, as a share of the time; with several threads it may exceed 1. */
  readonly serverShare?: number;
  readonly generatorCpuUsPerRequest: number;
  readonly residentBytes?: { readonly first: number; readonly peak: number; readonly last: number };
  /** Shares of 1, of whatever ran there; only when pinned. More than `serverShare` is somebody else's. */
  readonly serverCoreBusy?: number;
  readonly otherCoresBusy?: number;
}

/** Servers that make their own load: no HTTP is measured. */
export const LOADS_ITSELF: ReadonlySet<ServerName> = new Set(['floor-kafkajs', 'floor-sqlite']);

const SAMPLE_MS = 100;

export async function measureRound(
  scenario: Scenario,
  durationMs: number,
  server: RunningServer,
  generator: Generator,
  pinning: Pinning,
): Promise<RoundResult> {
  const { connections, perSecond } = scenario;
  const { answer, updates } = WORKLOADS[scenario.workload];
  const memory: number[] = [];
  const sample = (): void => {
    const bytes = residentBytes(server.pids);
    if (bytes !== undefined) memory.push(bytes);
  };
  sample();
  const sampling = setInterval(sample, SAMPLE_MS);
  const writesBefore = await readWrites(server);
  server.startHeapCount();
  const cpuBefore = processCpuMs(server.pids);
  const coresBefore = coreTimes();
  try {
    const shape = { connections, durationMs, ...(perSecond === undefined ? {} : { perSecond }) };
    const load = await (LOADS_ITSELF.has(scenario.server)
      ? runByItself(server.url, durationMs)
      : generator.run(shape, server.url));
    const cpuAfter = processCpuMs(server.pids);
    const coresAfter = coreTimes();
    const allocatedBytes = await server.heapCount();
    const writes = writesBetween(writesBefore, await readWrites(server), load.answered);
    sample();
    const [first] = memory;
    const last = memory.at(-1);
    const busy = (cores: readonly number[]): number | undefined => busyShare(coresBefore, coresAfter, cores);
    const serverCoreBusy = pinning.pinned && server.onServerCore ? busy([pinning.serverCore]) : undefined;
    const otherCoresBusy = pinning.pinned ? busy(pinning.otherCores) : undefined;
    const ok = load.statuses[answer] ?? 0;
    if (ok === 0) throw new Error(`no request was answered with ${answer} (answers: ${JSON.stringify(load.statuses)})`);
    const okPerSecond = (ok * 1000) / load.elapsedMs;
    return {
      load,
      perSecond: okPerSecond,
      ...(updates === 0 ? {} : { updatesPerSecond: okPerSecond * updates }),
      ...(allocatedBytes === undefined ? {} : { allocatedBytesPerRequest: allocatedBytes / load.answered }),
      ...(writes === undefined ? {} : { writes }),
      generatorCpuUsPerRequest: (load.generatorCpuMs * 1000) / load.answered,
      ...(cpuBefore === undefined || cpuAfter === undefined
        ? {}
        : {
            serverCpuUsPerRequest: ((cpuAfter - cpuBefore) * 1000) / load.answered,
            serverShare: (cpuAfter - cpuBefore) / load.elapsedMs,
          }),
      ...(first === undefined || last === undefined
        ? {}
        : { residentBytes: { first, peak: Math.max(...memory), last } }),
      ...(serverCoreBusy === undefined ? {} : { serverCoreBusy }),
      ...(otherCoresBusy === undefined ? {} : { otherCoresBusy }),
    };
  } finally {
    clearInterval(sampling);
  }
}

async function runByItself(url: string, durationMs: number): Promise<LoadResult> {
  const response = await fetch(`${url}/?ms=${durationMs}`);
  return (await response.json()) as LoadResult;
}

interface Writes {
  readonly count: number;
  readonly records: number;
}

/** What the service itself counts of its store's writes. */
async function readWrites({ internalUrl }: RunningServer): Promise<Writes | undefined> {
  if (internalUrl === undefined) return undefined;
  const text = await readMetrics(internalUrl);
  const figure = (name: string): number | undefined => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  const count = figure('hubcast_write_records_count');
  const records = figure('hubcast_write_records_sum');
  return count === undefined || records === undefined ? undefined : { count, records };
}

function writesBetween(before: Writes | undefined, after: Writes | undefined, requests: number) {
  if (before === undefined || after === undefined || after.count === before.count) return undefined;
  const count = after.count - before.count;
  return { perRequest: count / requests, recordsPerWrite: (after.records - before.records) / count };
}
