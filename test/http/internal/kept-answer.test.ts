import { describe, expect, it } from '@jest/globals';
import { createKeptAnswer } from '../../../src/http/internal/kept-answer.ts';

describe('a kept answer', () => {
  it('is made once for all requests within its lifetime, and again afterwards', async () => {
    let nowMs = 0;
    let made = 0;
    const ask = createKeptAnswer(
      async () => ++made,
      1000,
      () => nowMs,
    );
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    nowMs = 999;
    expect(await ask()).toBe(1);
    nowMs = 1000;
    expect(await Promise.all([ask(), ask()])).toEqual([2, 2]);
  });

  it('is tried again after a failure', async () => {
    let made = 0;
    const ask = createKeptAnswer(async () => {
      made += 1;
      if (made === 1) throw new Error('not yet');
      return made;
    }, 1000);
    await expect(ask()).rejects.toThrow('not yet');
    expect(await ask()).toBe(2);
  });
});
