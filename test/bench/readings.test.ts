import { describe, expect, it } from '@jest/globals';
import { parseCoreList } from '../../bench/run/pinning.ts';
import { busyShare, parseCoreTimes } from '../../bench/run/proc.ts';
import { urlsOfReadyLine } from '../../bench/run/servers.ts';
import { chooseScenarios, SCENARIOS } from '../../bench/scenarios.ts';

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
    const line = { level: 'info', msg: 'ready', public: 'http://127.0.0.1:1', internal: 'http://127.0.0.1:2' };
    expect(urlsOfReadyLine(JSON.stringify(line))).toEqual({
      url: 'http://127.0.0.1:1',
      internalUrl: 'http://127.0.0.1:2',
    });
    expect(urlsOfReadyLine(JSON.stringify({ ...line, internal: undefined }))).toEqual({ url: 'http://127.0.0.1:1' });
    expect(urlsOfReadyLine('{"level":"info","msg":"starting","public":"http://127.0.0.1:1"}')).toBeUndefined();
    expect(urlsOfReadyLine('{ready')).toBeUndefined();
  });
});

describe('the scenarios', () => {
  it('refer to scenarios that are there', () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { over } of SCENARIOS) if (over !== undefined) expect(names).toContain(over.scenario);
  });
});

describe('--only', () => {
  it('takes whole names and first parts of names, in the order of the table', () => {
    expect(chooseScenarios(['kafka-at-3300', 'floor']).map(({ name }) => name)).toEqual([
      'floor-bare',
      'floor-express',
      'floor-express-256',
      'floor-sqlite',
      'floor-kafkajs',
      'floor-forged',
      'floor-json',
      'kafka-at-3300',
    ]);
  });
});
