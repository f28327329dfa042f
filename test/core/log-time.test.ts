import { describe, expect, it } from '@jest/globals';
import { createIsoTime } from '../../src/core/log.ts';

describe('the time of a log line', () => {
  it('is what toISOString writes, also when the clock goes back', () => {
    let nowMs = 0;
    const time = createIsoTime(() => nowMs);
    const second = Date.UTC(2026, 10, 22, 23, 59, 59);
    for (nowMs of [second, second + 7, second + 45, second + 999, second + 1000, second - 1, 0, 951782400123]) {
      expect(time()).toBe(`,"time":"${new Date(nowMs).toISOString()}"`);
    }
  });
});
