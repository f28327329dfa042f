import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { countWaiting } from '../../../src/stores/journal/check.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { describeKafka } from '../../support/kafka.ts';
import { withDataDir } from '../journal/support/scratch.ts';
import { readAll, topicPlan } from '../kafka/support.ts';
import { kafkaWriter, openTestSpool } from './support/open-test-spool.ts';

const SCRIPT = fileURLToPath(new URL('./support/spool-forever.ts', import.meta.url));
/** Numbers of one life do not meet those of the next. */
const LIFE = 1_000_000;

async function spoolUntilKilled(args: readonly string[], afterLines: number): Promise<string[]> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  lines.on('line', (line) => {
    if (/^key-\d \d+$/.test(line)) acknowledged.push(line);
    if (acknowledged.length >= afterLines) child.kill('SIGKILL');
  });
  await ended;
  return acknowledged;
}

describeKafka('the spool when it is killed', (kafka) => {
  it('has everything it acknowledged in Kafka in the end, in order of each key, after kill -9 at any moment', async () => {
    await withDataDir(async (dataDir) => {
      const prefix = `crash-${process.pid}-${Date.now()}`;
      const topic = topicPlan('messages', prefix);
      const acknowledged: string[] = [];
      let life = 0;
      let notNoted = 0;
      for (const afterLines of [1, 50, 400, 1_500]) {
        const args = [dataDir, kafka.brokers.join(','), prefix, String(life * LIFE)];
        // The last line may be cut by the kill: 12 of a number that was longer.
        acknowledged.push(...(await spoolUntilKilled(args, afterLines)).slice(0, -1));
        notNoted += countWaiting(journalFile(dataDir)).records;
        life += 1;
      }
      const spool = await openTestSpool(dataDir, {
        openKafka: () => kafkaWriter(kafka.brokers, [topic], { writeTimeoutMs: 60_000 }),
      });
      await spool.caughtUp();
      expect(await spool.lag()).toMatchObject({ records: 0, parked: 0 });
      await spool.close();

      const read = await readAll(kafka.brokers, [topic.name]);
      const there = new Set(read.map(({ key, value }) => `${key} ${value}`));
      expect(acknowledged.filter((line) => !there.has(line))).toEqual([]);
      for (const [, records] of Map.groupBy(read, ({ key }) => key)) {
        const firstOnes = [...new Set(records.map(({ value }) => Number(value)))];
        expect(firstOnes).toEqual(firstOnes.toSorted((a, b) => a - b));
      }
      expect(read.length - there.size).toBeLessThanOrEqual(notNoted);
    });
  }, 90_000);
});
