import { describe, expect, it } from '@jest/globals';
import { parseCoreList } from '../../bench/run/pinning.ts';
import { busyShare, parseCoreTimes } from '../../bench/run/proc.ts';
import { urlOfReadyLine } from '../../bench/run/servers.ts';
import { chooseScenarios } from '../../bench/scenarios.ts';

describe('readings of the machine', () => {
  it('takes the busy share of a core between two readings of /proc/stat', () => {
    const before = parseCoreTimes('cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 10 0 10 100 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n');
    const after = parseCoreTimes(
      'cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 40 0 20 110 0 0 10 0 0 0\ncpu1 50 0 0 50 0 0 0 0 0 0\n',
    );
    expect(busyShare(before, after, [0])).toBeCloseTo(50 / 60);
    expect(busyShare(before, after, [1])).toBeCloseTo(0.5);
    expect(busyShare(before, before, [0])).toBeUndefined();
  });

  it('reads sets of cores as the kernel writes them', () => {
    expect(parseCoreList('0-2,5')).toEqual([0, 1, 2, 5]);
    expect(parseCoreList('3')).toEqual([3]);
  });

  it('finds the address in the ready line and in no other', () => {
    expect(urlOfReadyLine('{"level":"info","msg":"ready","public":"http://127.0.0.1:1"}')).toBe('http://127.0.0.1:1');
    expect(urlOfReadyLine('{"level":"info","msg":"starting","public":"http://127.0.0.1:1"}')).toBeUndefined();
    expect(urlOfReadyLine('{ready')).toBeUndefined();
  });
});

describe('--only', () => {
  it('takes whole names and first parts of names, in the order of the table', () => {
    expect(chooseScenarios(['kafka-open', 'floor']).map(({ name }) => name)).toEqual([
      'floor-bare',
      'floor-express',
      'kafka-open',
    ]);
  });
});
