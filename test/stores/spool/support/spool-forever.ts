// Run as a process of its own by crash.test.ts: spools until it is killed, and prints what was acknowledged.
import { topicPlan } from '../../kafka/support.ts';
import { makeRecord } from '../../make-record.ts';
import { kafkaWriter, openTestSpool } from './open-test-spool.ts';

const [dataDir = '', brokers = '', prefix = '', first = '0'] = process.argv.slice(2);
const topic = topicPlan('messages', prefix);
// An attempt that runs out of time is made again, and the test counts what comes twice.
const spool = await openTestSpool(dataDir, {
  openKafka: () => kafkaWriter(brokers.split(','), [topic], { writeTimeoutMs: 60_000 }),
});
process.stdout.write('open\n');
await Promise.all(
  Array.from({ length: 8 }, async (_, key) => {
    for (let n = Number(first); ; n += 1) {
      await spool.append([makeRecord(topic.name, { key: `key-${key}`, value: String(n) })]);
      process.stdout.write(`key-${key} ${n}\n`);
    }
  }),
);
