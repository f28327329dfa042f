/**
 * Handles each event of hubcast's topics once, in PostgreSQL, however often it comes and whenever this process dies: what is
 * remembered and what is done are one transaction, and Kafka's offset is committed after it.
 *
 *   psql "$DATABASE_URL" -f ../schema.sql
 *   KAFKA_BROKERS=localhost:9092 DATABASE_URL=postgres://localhost/events node consumer.ts
 */
import { decodeEvent, EventDecodeError } from 'hubcast-events';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

const {
  KAFKA_BROKERS = 'localhost:9092',
  TOPIC_PREFIX = 'whatsapp',
  GROUP_ID = 'hubcast-postgres',
  DATABASE_URL = 'postgres://localhost/events',
  /** Ends when nothing came for so long. */
  IDLE_SECONDS,
} = process.env;

const database = new pg.Client({ connectionString: DATABASE_URL });
const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: GROUP_ID });
let lastMs = Date.now();

await database.connect();
await consumer.connect();
const topics = new RegExp(`^${TOPIC_PREFIX.replaceAll('.', '\\.')}\\.(?!raw$)`);
await consumer.subscribe({ topics: [topics], fromBeginning: true });
await consumer.run({
  autoCommitInterval: 1_000,
  eachMessage: async ({ topic, partition, message }) => {
    lastMs = Date.now();
    // A tombstone of a compacted topic.
    if (message.value === null) return;
    try {
      const { id, type } = decodeEvent(message);
      // The value as it came: PostgreSQL keeps every digit of it. One statement is one transaction.
      const { rows } = await database.query('SELECT handle_event($1) AS new', [message.value.toString()]);
      console.log(rows[0].new ? `${id} ${type}` : `again ${id} ${type}`);
    } catch (error) {
      // Whatever else is in a topic must not stop the rest. A database that is away does: kafkajs tries again.
      if (!(error instanceof EventDecodeError)) throw error;
      console.error(`${topic}/${partition}@${message.offset}: ${error.message}`);
    }
  },
});

async function stop(): Promise<void> {
  clearInterval(timer);
  await consumer.disconnect();
  await database.end();
}

const timer = setInterval(() => {
  if (IDLE_SECONDS !== undefined && Date.now() - lastMs > 1_000 * Number(IDLE_SECONDS)) void stop();
}, 500);
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
