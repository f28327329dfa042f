/**
 * Reads hubcast's topics with kafkajs. Each record is checked and typed by hubcast's consumer kit, and each event is
 * handled once, though Kafka may hold it twice.
 *
 *   KAFKA_BROKERS=localhost:9092 node consumer.ts
 */
import { decodeEvent, EventDecodeError, isDeadLetter, type WebhookEvent } from 'hubcast-events';
import { Kafka, logLevel } from 'kafkajs';

const {
  KAFKA_BROKERS = 'localhost:9092',
  TOPIC_PREFIX = 'whatsapp',
  GROUP_ID = 'hubcast-example',
  LIMIT,
} = process.env;

const kafka = new Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: GROUP_ID });

/**
 * Events handled lately: with several Meta apps, each app has its own event under the same id. A service keeps them with
 * what it stores, in the same transaction: ../postgres-once.
 */
const handled = new Set<string>();
const REMEMBERED = 10_000;

function handle(event: WebhookEvent): void {
  if (isDeadLetter(event)) {
    console.log(`${event.id} not readable: ${event.data.issues.map(({ message }) => message).join(' ')}`);
    return;
  }
  switch (event.type) {
    case 'whatsapp.phone_number_name_update':
      console.log(`${event.id} the name of ${event.data.value.display_phone_number} is ${event.data.value.decision}`);
      break;
    case 'whatsapp.messages.message':
      console.log(`${event.id} a message of the kind ${event.data.value.type}`);
      break;
    default:
      console.log(`${event.id} ${event.type} ${event.time}`);
  }
}

await consumer.connect();
// All but the captured requests.
const topics = new RegExp(`^${TOPIC_PREFIX.replaceAll('.', '\\.')}\\.(?!raw$)`);
await consumer.subscribe({ topics: [topics], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    try {
      const event = decodeEvent(message);
      const key = `${event.app} ${event.id}`;
      if (handled.has(key)) return;
      handle(event);
      handled.add(key);
      if (handled.size > REMEMBERED) handled.delete(handled.values().next().value ?? '');
    } catch (error) {
      // Whatever else is in a topic must not stop the rest.
      if (!(error instanceof EventDecodeError)) throw error;
      console.error(`${topic}/${partition}@${message.offset}: ${error.message}`);
    }
    if (handled.size === Number(LIMIT)) process.emit('SIGTERM');
  },
});

process.once('SIGTERM', () => void consumer.disconnect());
process.once('SIGINT', () => void consumer.disconnect());
