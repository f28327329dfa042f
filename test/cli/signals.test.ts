/** How `serve` ends: in its own time at the first signal, at once at the second. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type RunningService, startServe } from '../support/run-cli.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-signals-'));
let service: RunningService | undefined;
afterEach(async () => {
  await service?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const logged = (message: string) => service?.log.some((line) => line.includes(`"msg":"${message}"`)) ?? false;

describe('hubcast serve', () => {
  it.each<[NodeJS.Signals, NodeJS.Signals]>([
    ['SIGTERM', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ])('waits after %s, and ends at once with 130 at %s, its log written', async (first, second) => {
    service = await startServe({ DATA_DIR: join(folder, 'data'), SHUTDOWN_DELAY_MS: '600000' });
    service.child.kill(first);
    await until(() => logged('stopping: no longer ready'));
    await sleep(300);
    expect(service.child.exitCode).toBeNull();
    expect(await service.end(second)).toBe(130);
  });
});
