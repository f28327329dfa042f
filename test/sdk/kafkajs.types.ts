/** What kafkajs hands over is what `decodeEvent` takes; only type-checked. */
import { decodeEvent, type WebhookEvent } from 'hubcast-events';
import type { Consumer } from 'kafkajs';

export function consume(consumer: Consumer, handle: (event: WebhookEvent) => Promise<void>): Promise<void> {
  return consumer.run({ eachMessage: ({ message }) => handle(decodeEvent(message)) });
}
