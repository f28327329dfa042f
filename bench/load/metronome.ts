import { parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * Ticks at sub-millisecond intervals without burning a core: Node's timers have a millisecond's grain, and at 3,300 requests/s that grain would be
 * most of the latency measured. A thread sleeps on a futex until each tick is due and wakes the main thread by a message.
 */
interface Beat {
  /** On the clock of `process.hrtime`, which all threads share. */
  readonly startMs: number;
  readonly intervalMs: number;
  readonly stop: Int32Array<SharedArrayBuffer>;
}

export function startMetronome(delayMs: number, intervalMs: number, onTick: () => void): () => Promise<void> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const beat: Beat = { startMs: monotonicMs() + delayMs, intervalMs, stop };
  const worker = new Worker(new URL(import.meta.url), { workerData: beat });
  worker.on('message', onTick);
  return async () => {
    worker.off('message', onTick);
    Atomics.store(stop, 0, 1);
    Atomics.notify(stop, 0);
    await worker.terminate();
  };
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function beatUntilStopped({ startMs, intervalMs, stop }: Beat): void {
  for (let beats = 0; ; beats += 1) {
    const waitMs = startMs + beats * intervalMs - monotonicMs();
    if (waitMs > 0) Atomics.wait(stop, 0, 0, waitMs);
    if (Atomics.load(stop, 0) === 1) return;
    parentPort?.postMessage(null);
  }
}

if (parentPort !== null && isBeat(workerData)) beatUntilStopped(workerData);

function isBeat(data: unknown): data is Beat {
  return typeof data === 'object' && data !== null && 'intervalMs' in data && 'stop' in data;
}
