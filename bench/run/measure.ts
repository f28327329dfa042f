import type { Generator } from '../load/generator.ts';
import type { LoadResult } from '../load/run-load.ts';
import type { Scenario } from '../scenarios.ts';
import type { Pinning } from './pinning.ts';
import { busyShare, coreTimes, processCpuMs, residentBytes } from './proc.ts';
import type { RunningServer } from './servers.ts';

/** One scenario in one round. What /proc would have told is absent where there is none. */
export interface RoundResult {
  readonly load: LoadResult;
  /** Requests answered with 200 per second. */
  readonly perSecond: number;
  readonly serverCpuUsPerRequest?: number;
  /** Processor time the server had, as a share of the time; with several threads it may exceed 1. */
  readonly serverShare?: number;
  readonly generatorCpuUsPerRequest: number;
  readonly residentBytes?: { readonly first: number; readonly peak: number; readonly last: number };
  /** Shares of 1, of whatever ran there; only when pinned. More than `serverShare` is somebody else's. */
  readonly serverCoreBusy?: number;
  readonly otherCoresBusy?: number;
}

const SAMPLE_MS = 100;

export async function measureRound(
  scenario: Scenario,
  durationMs: number,
  server: RunningServer,
  generator: Generator,
  pinning: Pinning,
): Promise<RoundResult> {
  const { connections, perSecond } = scenario;
  const memory: number[] = [];
  const sample = (): void => {
    const bytes = residentBytes(server.pid);
    if (bytes !== undefined) memory.push(bytes);
  };
  sample();
  const sampling = setInterval(sample, SAMPLE_MS);
  const cpuBefore = processCpuMs(server.pid);
  const coresBefore = coreTimes();
  try {
    const shape = { connections, durationMs, ...(perSecond === undefined ? {} : { perSecond }) };
    const load = await generator.run(shape, server.url);
    const cpuAfter = processCpuMs(server.pid);
    const coresAfter = coreTimes();
    sample();
    const [first] = memory;
    const last = memory.at(-1);
    const busy = (cores: readonly number[]): number | undefined => busyShare(coresBefore, coresAfter, cores);
    const serverCoreBusy = pinning.pinned ? busy([pinning.serverCore]) : undefined;
    const otherCoresBusy = pinning.pinned ? busy(pinning.otherCores) : undefined;
    const ok = load.statuses['200'] ?? 0;
    if (ok === 0) throw new Error(`no request was answered with 200 (answers: ${JSON.stringify(load.statuses)})`);
    return {
      load,
      perSecond: (ok * 1000) / load.elapsedMs,
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
