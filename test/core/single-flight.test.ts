import { expect, test } from '@jest/globals';
import { createSingleFlight } from '../../src/core/single-flight.ts';

test('callers at the same time share one attempt, and the next caller starts another', async () => {
  const flight = createSingleFlight<number>();
  let attempts = 0;
  const work = async () => ++attempts;
  expect(flight.isUnderWay()).toBe(false);
  const both = [flight.run(work), flight.run(work)];
  expect(flight.isUnderWay()).toBe(true);
  expect(await Promise.all(both)).toEqual([1, 1]);
  expect(await flight.run(work)).toBe(2);
});

test('names are independent, and a failure reaches all callers that shared it but not the next one', async () => {
  const flight = createSingleFlight<string>();
  const failing = () => Promise.reject(new Error('no answer'));
  const ends = await Promise.allSettled([
    flight.run(failing, 'a'),
    flight.run(async () => 'not called', 'a'),
    flight.run(async () => 'b', 'b'),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(await flight.run(async () => 'again', 'a')).toBe('again');
});
