import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { watchEventLoop } from '../../src/telemetry/event-loop.ts';
import { until } from '../support/until.ts';

it('says how late the event loop was, warns of it, and stops when it is over', async () => {
  const watch = watchEventLoop(300);
  expect(watch.last()).toEqual({ p50: 0, p99: 0, max: 0 });
  const block = () => {
    const untilMs = performance.now() + 250;
    while (performance.now() < untilMs);
  };
  for (const endMs = Date.now() + 4_000; watch.last().max === 0 && Date.now() < endMs; ) {
    await sleep(30);
    block();
  }
  expect(watch.last().max).toBeGreaterThan(150);
  expect(watch.warnings()).toEqual([expect.stringMatching(/^The event loop is late by \d+ ms \(p99, at most \d+ ms/)]);
  await until(() => watch.warnings().length === 0);
  watch.close();
});
