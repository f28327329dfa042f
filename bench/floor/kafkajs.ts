import { Kafka, logLevel, type Message } from 'kafkajs';
import { MESSAGES_PER_WRITE, serveWrites, VALUE_CHARACTERS } from './write-for.ts';

// kafkajs by itself at its best: acks=all, messages as large as our records, a thousand in a write, one write after the other.
const { KAFKA_BROKERS = '', TOPIC_PREFIX = 'bench' } = process.env;
const PARTITIONS = 6;

const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), clientId: 'bench-kafkajs', logLevel: logLevel.NOTHING });
const topic = `${TOPIC_PREFIX}.kafkajs-alone`;
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
await admin.disconnect();
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();
let written = 0;

await serveWrites(async () => {
  const messages = Array.from({ length: MESSAGES_PER_WRITE }, toMessage);
  await producer.send({ topic, acks: -1, messages });
});

function toMessage(): Message {
  written += 1;
  return {
    key: `106540352240000:${written % 9973}`,
    value: `{"n":"${String(written).padStart(VALUE_CHARACTERS, ' ')}"}`,
    headers: { 'content-type': 'application/cloudevents+json', ce_id: String(written) },
  };
}
