import { expect, test } from '@jest/globals';
import { pause, within } from '../../src/core/time-out.ts';

const never = new Promise<string>(() => undefined);

test('settles as the work does when it is in time', async () => {
  expect(await within(Promise.resolve('done'), 60_000, () => 'late')).toBe('done');
  await expect(within(Promise.reject(new Error('failed')), 60_000, () => 'late')).rejects.toThrow('failed');
});

test('settles as `late` does when the work takes longer', async () => {
  expect(await within(never, 5, () => 'late')).toBe('late');
  const late = () => {
    throw new Error('no answer within 5 ms');
  };
  await expect(within(never, 5, late)).rejects.toThrow('no answer within 5 ms');
});

test('ignores work that fails after the time-out', async () => {
  const work = Promise.withResolvers<string>();
  expect(await within(work.promise, 5, () => 'late')).toBe('late');
  work.reject(new Error('too late to matter'));
  await pause(1);
});

test('a pause ends early when its signal aborts, and at once when it has aborted', async () => {
  const stop = new AbortController();
  const paused = pause(3_600_000, stop.signal);
  stop.abort();
  await paused;
  await pause(3_600_000, stop.signal);
});
