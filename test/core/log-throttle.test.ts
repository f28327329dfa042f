import { expect, test } from '@jest/globals';
import { createLogThrottle } from '../../src/core/log-throttle.ts';

test('lets the first lines of each key pass, and reports how many it held back', async () => {
  const reported = Promise.withResolvers<readonly [string, number]>();
  const mayLog = createLogThrottle({
    intervalMs: 20,
    lines: 2,
    onHeldBack: (key, count) => reported.resolve([key, count]),
  });
  expect([mayLog('a'), mayLog('a'), mayLog('a'), mayLog('b'), mayLog('a')]).toEqual([true, true, false, true, false]);
  // The interval's timer does not keep a process alive; this one keeps the test.
  const alive = setInterval(() => undefined, 1_000);
  expect(await reported.promise).toEqual(['a', 2]);
  clearInterval(alive);
  expect(mayLog('a')).toBe(true);
});

test('without a number of lines, one passes in an interval', () => {
  const mayLog = createLogThrottle({ intervalMs: 60_000 });
  expect([mayLog(), mayLog(), mayLog('other')]).toEqual([true, false, true]);
});
