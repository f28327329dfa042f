/** `hubcast topics` against a real broker. */
import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { makeRecord, openStore } from '../stores/kafka/support.ts';
import { describeKafka } from '../support/kafka.ts';
import { runCli } from '../support/run-cli.ts';

describeKafka('hubcast topics', (kafka) => {
  const prefix = `topics-${randomBytes(4).toString('hex')}`;
  const run = async (args: string[], env: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await runCli(['topics', ...args], {
      env: {
        KAFKA_BROKERS: kafka.brokers.join(','),
        TOPIC_PREFIX: prefix,
        PUBLISH_FAMILIES: 'accounts,templates',
        KAFKA_PARTITIONS: '2',
        KAFKA_REPLICATION_FACTOR: '1',
        ...env,
      },
    });
    return { code, stderr, out: stdout.startsWith('{') ? JSON.parse(stdout) : stdout };
  };

  it('plans, creates, and then has nothing to do', async () => {
    const planned = await run(['plan']);
    expect(planned.code).toBe(3);
    expect(planned.out.differences.map((one: { topic: string; action: string }) => [one.topic, one.action])).toEqual([
      [`${prefix}.accounts`, 'create'],
      [`${prefix}.templates`, 'create'],
      [`${prefix}.dead-letter`, 'create'],
    ]);
    const applied = await run(['apply']);
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.out.outcomes.map(({ problem }: { problem: unknown }) => problem)).toEqual([null, null, null]);
    expect(await run(['plan'])).toMatchObject({ code: 0, out: { differences: [] } });
  });

  it('sets what is wrong and keeps the settings of others; adds partitions only while no record has a key', async () => {
    const topic = `${prefix}.accounts`;
    const admin = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: 0 }).admin();
    await admin.connect();
    const entries = { 'max.message.bytes': '1000000', 'segment.bytes': '20000000', 'retention.ms': '1234567' };
    const configEntries = Object.entries(entries).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
    const store = openStore(kafka.brokers, []);
    await store.append([makeRecord(topic)]);
    await store.close();

    const applied = await run(['apply'], { KAFKA_PARTITIONS: '3' });
    expect(applied).toMatchObject({ code: 1, stderr: '' });
    const done = applied.out.outcomes.map((one: { topic: string; about: string }) => `${one.topic} ${one.about}`);
    expect(done.sort()).toEqual(
      [`${topic} max.message.bytes`, `${prefix}.dead-letter partitions`, `${prefix}.templates partitions`].sort(),
    );
    expect(applied.out.left).toMatchObject([
      { topic, about: 'partitions', is: '2', should: '3', action: 'refuse' },
      { topic, about: 'retention.ms', is: '1234567', action: 'keep' },
    ]);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ['max.message.bytes', 'segment.bytes', 'retention.ms'] }],
    });
    await admin.disconnect();
    const found = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(Object.fromEntries(found ?? [])).toEqual({ ...entries, 'max.message.bytes': String(6 * 1024 * 1024) });
    // The setting that fits what is there: nothing is refused, and more partitions than asked for are no harm.
    expect((await run(['plan'])).code).toBe(0);
  });

  it('prints resources for Strimzi without asking a broker', async () => {
    const { code, out } = await run(['plan', '--strimzi', '--cluster', 'events'], {
      KAFKA_BROKERS: '127.0.0.1:9',
      TOPIC_PREFIX: 'My_Events',
    });
    expect(code).toBe(0);
    expect(out.split('---\n')).toHaveLength(4);
    expect(out).toContain('  name: "my-events.accounts"');
    expect(out).toContain('  topicName: "My_Events.accounts"');
    expect(out).toContain('    strimzi.io/cluster: "events"');
    expect(out).toContain('    retention.ms: 2592000000');
  });

  it('says in one line that Kafka is away, or not used', async () => {
    const away = await run(['plan'], { KAFKA_BROKERS: '127.0.0.1:9' });
    expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining('Kafka cannot be used (127.0.0.1:9') });
    const journal = await runCli(['topics', 'plan'], { env: {} });
    expect(journal).toMatchObject({ code: 2, stderr: expect.stringContaining('KAFKA_BROKERS is not set') });
  });
});
