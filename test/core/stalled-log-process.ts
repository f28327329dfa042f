/** Logs a line at a time while its log is not read, and says on stderr how much memory its Buffers take. */
import { setTimeout as delay } from 'node:timers/promises';
import { bufferedOutput } from '../../src/core/log-output.ts';

const FLUSHES = 40;
const FLUSH_MS = 25;
const output = bufferedOutput();

// More than the pipe takes: from here on lines wait.
output.write(`${'x'.repeat(1024 * 1024)}\n`);
for (let flush = 0; flush < FLUSHES; flush += 1) {
  output.write(`${'y'.repeat(1_000)}\n`);
  await delay(FLUSH_MS);
  // Other work uses up Node's pool of small Buffers in the meantime.
  for (let use = 0; use < 100; use += 1) Buffer.from('z'.repeat(1_000));
}
globalThis.gc?.();
process.stderr.write(`${process.memoryUsage().arrayBuffers}\n`);
process.exit(0);
