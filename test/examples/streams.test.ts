/** examples/streams-number-state on a real broker. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createTopic } from '../stores/kafka/support.ts';
import { endProcess } from '../support/end-process.ts';
import { describeForeign } from '../support/foreign.ts';
import { describeKafka } from '../support/kafka.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describeForeign('examples/streams-number-state', 'kafka-streams', (tool) => {
  describeKafka('on a real broker', (kafka) => {
    const folder = mkdtempSync(join(tmpdir(), 'hubcast-streams-'));
    let child: ChildProcess | undefined;
    afterAll(async () => {
      await endProcess(child);
      rmSync(folder, { recursive: true, force: true });
    });

    it('prints the state of each number as it changes, and what is gone', async () => {
      const prefix = `streams${randomBytes(4).toString('hex')}`;
      const topic = `${prefix}.phone-number-state`;
      await createTopic(kafka.brokers, topic, { 'cleanup.policy': 'compact' });
      const schema = JSON.parse(
        readFileSync(join(ROOT, 'schemas', 'whatsapp.phone_number.state', '1.json'), 'utf8'),
      ) as { readonly examples: readonly { readonly data: { readonly state: object } }[] };
      const [example] = schema.examples;
      const withQuality = (quality_rating: string) =>
        JSON.stringify({ ...example, data: { ...example?.data, state: { ...example?.data.state, quality_rating } } });
      const jars = join(tool, 'jars', '*');
      const source = join(ROOT, 'examples', 'streams-number-state', 'NumberState.java');
      execFileSync('javac', ['-cp', jars, '-d', folder, source], { stdio: 'pipe' });
      const env = {
        PATH: process.env.PATH,
        KAFKA_BROKERS: kafka.brokers.join(),
        TOPIC_PREFIX: prefix,
        APPLICATION_ID: prefix,
        STATE_DIR: join(folder, 'state'),
      };
      child = spawn('java', ['-cp', `${folder}:${jars}`, 'NumberState'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let told = '';
      child.stdout?.on('data', (chunk) => {
        told += chunk;
      });
      const producer = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: 0 }).producer();
      await producer.connect();
      const send = (value: string | null) => producer.send({ topic, messages: [{ key: 'a:1', value }] });
      await send(withQuality('GREEN'));
      await until(() => told.includes('GREEN'), 60_000);
      await send(withQuality('YELLOW'));
      await send(null);
      await until(() => told.includes('gone'), 30_000);
      await producer.disconnect();
      expect(told.trim().split('\n')).toEqual([
        'a:1 16315555555 GREEN CONNECTED',
        'a:1 16315555555 YELLOW CONNECTED',
        'a:1 gone',
      ]);
    }, 180_000);
  });
});
