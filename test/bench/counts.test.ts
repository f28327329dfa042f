/** The regression guard: what a request costs in counts, against what it cost when somebody last looked. See bench/counts.ts. */
import { describe, expect, it } from '@jest/globals';
import { COUNTED, growth, leastCount, readBaseline } from '../../bench/counts.ts';

const TIMEOUT_MS = 300_000;

describe('what a request costs', () => {
  const baseline = readBaseline();

  it.each(Object.keys(COUNTED))(
    'has not grown: %s',
    async (name) => {
      const before = baseline[name];
      if (before === undefined) throw new Error(`The baseline lacks "${name}". Run: npm run bench:counts -- --renew`);
      expect(growth(name, before, await leastCount(name, before))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('is told by name and by how much when it has grown, and is no matter when it shrank', () => {
    const before = { allocatedBytes: 10_000, storeWrites: 1, writtenBytes: 500 };
    expect(growth('x', before, { ...before, allocatedBytes: 10_150, writtenBytes: 100 })).toEqual([]);
    expect(growth('x', before, { allocatedBytes: 12_000, storeWrites: 2, writtenBytes: 500 })).toEqual([
      expect.stringContaining(
        'x: allocatedBytes for each request grew by 20.0 %, from 10,000 to 12,000 (2 % is allowed)',
      ),
      expect.stringContaining('x: storeWrites for each request grew by 100.0 %, from 1.00 to 2.00'),
    ]);
    expect(growth('x', before, { allocatedBytes: 10_000 })).toEqual([]);
  });
});
