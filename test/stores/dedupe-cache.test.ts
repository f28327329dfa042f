import { expect, it } from '@jest/globals';
import { createDedupeCache } from '../../src/stores/dedupe-cache.ts';

it('knows at least half of its capacity of the latest ids, and forgets older ones', () => {
  const cache = createDedupeCache(4);
  for (const id of ['a', 'b', 'c']) cache.add(id);
  expect(['a', 'b', 'c'].map(cache.has)).toEqual([true, true, true]);
  for (const id of ['d', 'e']) cache.add(id);
  expect(['a', 'b', 'c', 'd', 'e'].map(cache.has)).toEqual([false, false, true, true, true]);
});

it('remembers nothing where it may hold nothing', () => {
  const cache = createDedupeCache(0);
  cache.add('a');
  expect(cache.has('a')).toBe(false);
});
