import { describe, expect, it } from '@jest/globals';
import { javaPartitions } from './java-partitions.ts';

describe('javaPartitions', () => {
  // The hashes are in Kafka's own test of Utils.murmur2: -973932308 and -790332482.
  it("gives the partitions of Kafka's published hashes", async () => {
    const partitions = await javaPartitions(['21', 'foobar'], 12);
    if (partitions !== null) expect(partitions).toEqual([1173551340 % 12, 1357151166 % 12]);
  }, 300_000);

  it('gives one partition of the count for each key', async () => {
    const keys = [
      '102290129340398:15550783881',
      '',
      'a\nb',
      'é',
      '102290129340398:15550783881',
      Buffer.from([0xff, 0]),
    ];
    const partitions = await javaPartitions(keys, 12);
    if (partitions === null) return;
    expect(partitions).toHaveLength(keys.length);
    for (const partition of partitions) expect([...Array(12).keys()]).toContain(partition);
    expect(partitions[4]).toBe(partitions[0]);
  }, 60_000);
});
