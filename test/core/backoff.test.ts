import { expect, test } from '@jest/globals';
import { createBackoff } from '../../src/core/backoff.ts';

test('waits grow by the factor up to the longest, and begin again after a success', () => {
  const backoff = createBackoff({ firstMs: 50, longestMs: 300 });
  expect(Array.from({ length: 5 }, backoff.next)).toEqual([50, 100, 200, 300, 300]);
  backoff.reset();
  expect(backoff.next()).toBe(50);
  const unbounded = createBackoff({ firstMs: 1, factor: 4 });
  expect(Array.from({ length: 4 }, unbounded.next)).toEqual([1, 4, 16, 64]);
});
