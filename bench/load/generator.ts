import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, Report } from './process.ts';
import type { RequestOrder } from './requests.ts';
import type { LoadResult, LoadShape } from './run-load.ts';

/** The load generator in its process, as the benchmark uses it. One order at a time. */
export interface Generator {
  readonly prepare: (requests: RequestOrder) => Promise<void>;
  readonly run: (shape: LoadShape, url: string) => Promise<LoadResult>;
  readonly close: () => Promise<void>;
}

/** The child inherits the processor set of its parent. */
export function startGenerator(): Generator {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./process.ts', import.meta.url))], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return {
    prepare: async (requests) => {
      await carryOut(child, { kind: 'prepare', requests });
    },
    run: async (shape, url) => {
      const report = await carryOut(child, { kind: 'run', shape, url });
      if (report.kind !== 'ran') throw new Error(`The load generator answered "${report.kind}" to an order to run.`);
      return report.result;
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function carryOut(child: ChildProcess, order: Order): Promise<Report> {
  const { promise, resolve, reject } = Promise.withResolvers<Report>();
  const onExit = (code: number | null, signal: string | null): void =>
    reject(new Error(`The load generator ended (${signal ?? `code ${code}`}) before it reported.`));
  child.once('message', resolve);
  child.once('exit', onExit);
  try {
    if (!child.connected) throw new Error('The load generator has ended.');
    child.send(order);
    const report = await promise;
    if (report.kind === 'failed') throw new Error(report.message);
    return report;
  } finally {
    child.off('message', resolve);
    child.off('exit', onExit);
  }
}
