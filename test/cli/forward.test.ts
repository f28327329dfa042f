/** `hubcast forward`: what it does when Kafka refuses, does not answer, or the operator stops it. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type Admin } from 'kafkajs';
import type { OutgoingRecord } from '../../src/records/record.ts';
import { countWaiting } from '../../src/stores/journal/check.ts';
import { journalFile } from '../../src/stores/journal/files.ts';
import { makeScratchDir, openTestJournal, removeScratchDir, withDataDir } from '../stores/journal/support/scratch.ts';
import { createTopic, readDistinct } from '../stores/kafka/support.ts';
import { makeRecord } from '../stores/make-record.ts';
import { describeKafka } from '../support/kafka.ts';
import { runCli, startCli } from '../support/run-cli.ts';
import { until } from '../support/until.ts';

async function fill(dataDir: string, records: readonly OutgoingRecord[]): Promise<void> {
  const journal = await openTestJournal(dataDir);
  for (let at = 0; at < records.length; at += 500) await journal.append(records.slice(at, at + 500));
  await journal.close();
}

const summaryOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;

describe('hubcast forward without a Kafka that answers', () => {
  it('gives up after --give-up-after, says what is left and why, and has lost nothing', async () => {
    await withDataDir(async (dataDir) => {
      await fill(
        dataDir,
        Array.from({ length: 7 }, () => makeRecord('whatsapp.messages')),
      );
      const env = { DATA_DIR: dataDir, KAFKA_BROKERS: '127.0.0.1:1' };
      const result = await runCli(['forward', '--give-up-after', '1'], { env });
      expect(result.code).toBe(1);
      expect(summaryOf(result)).toMatchObject({
        forwarded: 0,
        parked: 0,
        left: 7,
        problem: expect.stringMatching(/^Kafka took nothing for 1 s\. .*127\.0\.0\.1:1/),
      });
      expect(countWaiting(journalFile(dataDir))).toMatchObject({ position: 0, records: 7 });
    });
  }, 30_000);

  it.each([
    ['no journal', ['forward'], { DATA_DIR: '/nowhere/at/all', KAFKA_BROKERS: 'k:9092' }, 'There is no journal'],
    ['no brokers', ['forward'], { DATA_DIR: '/nowhere/at/all' }, 'KAFKA_BROKERS is not set'],
    ['a time that is none', ['forward', '--give-up-after', '0'], {}, 'Use a whole number of seconds'],
  ])('says what is wrong with %s', async (_what, args, env, message) => {
    const { code, stderr } = await runCli(args, { env });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

describeKafka('hubcast forward', (kafka) => {
  let dataDir: string;
  let prefix: string;
  let runs = 0;
  beforeAll(() => {
    dataDir = makeScratchDir();
  });
  afterAll(() => removeScratchDir(dataDir));
  const newPlace = () => {
    runs += 1;
    prefix = `forward-${process.pid}-${Date.now()}-${runs}`;
    return `${prefix}.messages`;
  };
  const env = (folder: string) => ({
    DATA_DIR: folder,
    KAFKA_BROKERS: kafka.brokers.join(','),
    TOPIC_PREFIX: prefix,
  });

  it('parks what Kafka refuses for good, and sends it with --parked once that is mended', async () => {
    await withDataDir(async (folder) => {
      const topic = newPlace();
      await createTopic(kafka.brokers, topic, { 'max.message.bytes': '3000' });
      await createTopic(kafka.brokers, `${prefix}.dead-letter`, { 'max.message.bytes': '300' });
      const large = makeRecord(topic, { value: JSON.stringify({ data: {}, pad: 'x'.repeat(9_000) }) });
      const [before, after] = [makeRecord(topic), makeRecord(topic)];
      await fill(folder, [before, large, after]);

      const first = await runCli(['forward'], { env: env(folder) });
      expect([first.code, summaryOf(first)]).toEqual([
        1,
        expect.objectContaining({ forwarded: 2, parked: 1, left: 0, problem: null }),
      ]);
      expect(first.stderr).toContain('refuses an event for good');
      // Run again, it does nothing: what is parked is not tried by itself.
      expect(summaryOf(await runCli(['forward'], { env: env(folder) }))).toMatchObject({ forwarded: 0, parked: 0 });
      const checked = await runCli(['journal', 'check'], { env: env(folder) });
      expect(summaryOf(checked)).toMatchObject({ parked: [{ offset: 2, topic }], problems: [] });

      await setMaxBytes(kafka.brokers, topic, '20000');
      const again = await runCli(['forward', '--parked'], { env: env(folder) });
      expect([again.code, summaryOf(again)]).toEqual([
        0,
        expect.objectContaining({ forwarded: 1, parked: 0, left: 0, problem: null }),
      ]);
      expect(countWaiting(journalFile(folder))).toMatchObject({ records: 0, parked: 0 });
      const read = await readDistinct(kafka.brokers, [topic]);
      expect(new Set(read.map(({ headers }) => headers.ce_id))).toEqual(new Set([before.id, after.id, large.id]));
      expect(read.find(({ headers }) => headers.ce_id === large.id)).toMatchObject({
        key: large.key,
        value: large.value,
      });
      expect(read).toHaveLength(3);
    });
  }, 60_000);

  it('stopped midway it notes how far it is, and goes on there: nothing twice, nothing left out', async () => {
    const topic = newPlace();
    await createTopic(kafka.brokers, topic);
    const records = Array.from({ length: 6_000 }, (_, n) =>
      makeRecord(topic, { key: `key-${n % 5}`, value: JSON.stringify({ n, pad: 'x'.repeat(6_000) }) }),
    );
    await fill(dataDir, records);
    const child = startCli(['forward'], { env: env(dataDir) });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    const closed = once(child, 'close');
    await until(async () => (await countOf(kafka.brokers, topic)) > 0);
    child.kill('SIGTERM');
    const [code] = await closed;
    const { forwarded, left } = JSON.parse(output) as { forwarded: number; left: number };
    expect(forwarded).toBeGreaterThan(0);
    expect(forwarded + left).toBe(6_000);
    expect(code).toBe(left > 0 ? 1 : 0);
    expect(countWaiting(journalFile(dataDir)).records).toBe(left);

    const rest = await runCli(['forward'], { env: env(dataDir) });
    expect(summaryOf(rest)).toMatchObject({ forwarded: left, left: 0, problem: null });
    const read = await readDistinct(kafka.brokers, [topic]);
    expect(read).toHaveLength(6_000);
    for (const [key, ofKey] of Map.groupBy(read, (record) => record.key)) {
      const numbers = ofKey.map(({ value }) => JSON.parse(value).n as number);
      expect(numbers).toEqual(records.flatMap((record, n) => (record.key === key ? [n] : [])));
    }
  }, 90_000);
});

async function withAdmin<T>(brokers: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: 0 }).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function setMaxBytes(brokers: readonly string[], topic: string, value: string): Promise<unknown> {
  const configEntries = [{ name: 'max.message.bytes', value }];
  return withAdmin(brokers, (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
    }),
  );
}

async function countOf(brokers: readonly string[], topic: string): Promise<number> {
  const offsets = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  return offsets.reduce((sum, { offset }) => sum + Number(offset), 0);
}
