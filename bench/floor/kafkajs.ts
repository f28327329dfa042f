import { createServer } from 'node:http';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { latencyRecorder } from '../load/latency.ts';
import type { LoadResult } from '../load/run-load.ts';
import { listenAsService } from './listen.ts';

// kafkajs by itself at its best: acks=all, messages as large as our records, a thousand in a write, one write after the other.
const { KAFKA_BROKERS = '', TOPIC_PREFIX = 'bench' } = process.env;
const MESSAGES_PER_WRITE = 1000;
const PARTITIONS = 6;
/** About what a receipt's record takes. */
const VALUE_CHARACTERS = 900;

const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), clientId: 'bench-kafkajs', logLevel: logLevel.NOTHING });
const topic = `${TOPIC_PREFIX}.kafkajs-alone`;
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
await admin.disconnect();
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();
let written = 0;

await listenAsService(
  createServer(async (request, response) => {
    const durationMs = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('ms'));
    response.end(JSON.stringify(await writeFor(durationMs)));
  }),
);

async function writeFor(durationMs: number): Promise<LoadResult> {
  const latency = latencyRecorder();
  const startMs = performance.now();
  let nowMs = startMs;
  while (nowMs < startMs + durationMs) {
    const messages = Array.from({ length: MESSAGES_PER_WRITE }, toMessage);
    await producer.send({ topic, acks: -1, messages });
    const beforeMs = nowMs;
    nowMs = performance.now();
    latency.record(nowMs - beforeMs);
  }
  const latencyMs = latency.summary();
  const elapsedMs = nowMs - startMs;
  const { count: answered } = latencyMs;
  return {
    answered,
    statuses: { 200: answered },
    lost: 0,
    unanswered: 0,
    elapsedMs,
    latencyMs,
    ranOut: false,
    generatorCpuMs: 0,
  };
}

function toMessage(): Message {
  written += 1;
  return {
    key: `106540352240000:${written % 9973}`,
    value: `{"n":"${String(written).padStart(VALUE_CHARACTERS, ' ')}"}`,
    headers: { 'content-type': 'application/cloudevents+json', ce_id: String(written) },
  };
}
