import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const SCRIPT = join(import.meta.dirname, 'state-memory.ts');
const MB = 1_000_000;

it('holds 500 accounts with 20 numbers each in 64 MB: the state, the lists read from Graph beside it, and the topic', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', SCRIPT]);
  const { numbers, known, ...bytes } = JSON.parse(stdout) as Record<string, number>;
  expect([numbers, known]).toEqual([10_000, 10_000]);
  for (const [what, taken = Number.NaN] of Object.entries(bytes)) {
    expect({ what, megabytes: taken / MB, fits: taken > MB && taken < 64 * MB }).toMatchObject({ what, fits: true });
  }
}, 30_000);
