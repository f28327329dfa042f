import { createServer } from 'node:http';
import { latencyRecorder } from '../load/latency.ts';
import type { LoadResult } from '../load/run-load.ts';
import { listenAsService } from './listen.ts';

export const MESSAGES_PER_WRITE = 1000;
/** About what a receipt's record takes. */
export const VALUE_CHARACTERS = 900;

/** A floor that makes its own load: `/?ms=2000` writes for two seconds, one write after the other, and answers with the result. */
export async function serveWrites(write: () => Promise<void> | void): Promise<void> {
  await listenAsService(
    createServer(async (request, response) => {
      const durationMs = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('ms'));
      response.end(JSON.stringify(await writeFor(durationMs, write)));
    }),
  );
}

async function writeFor(durationMs: number, write: () => Promise<void> | void): Promise<LoadResult> {
  const latency = latencyRecorder();
  const startMs = performance.now();
  let nowMs = startMs;
  while (nowMs < startMs + durationMs) {
    await write();
    const beforeMs = nowMs;
    nowMs = performance.now();
    latency.record(nowMs - beforeMs);
  }
  const latencyMs = latency.summary();
  const { count: answered } = latencyMs;
  const nothing = { lost: 0, unanswered: 0, ranOut: false, generatorCpuMs: 0 };
  return { ...nothing, answered, statuses: { 200: answered }, elapsedMs: nowMs - startMs, latencyMs };
}
