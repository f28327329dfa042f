import { expect, it } from '@jest/globals';
import { BoundedMemo } from '../../src/core/bounded-memo.ts';

it('makes a thing once for each text, up to a number of texts and up to a length', () => {
  const made: string[] = [];
  const memo = new BoundedMemo(
    (text) => {
      made.push(text);
      return text.toUpperCase();
    },
    2,
    3,
  );
  const asked = ['a', 'a', 'long', 'long', 'bcd', 'bcd', 'c', 'c'];
  expect(asked.map((text) => memo.get(text))).toEqual(asked.map((text) => text.toUpperCase()));
  expect(made).toEqual(['a', 'long', 'long', 'bcd', 'c', 'c']);
  expect(memo.size).toBe(2);
});
