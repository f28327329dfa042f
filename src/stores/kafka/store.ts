/** Kafka as the durable home of records: a write resolves when all in-sync replicas have it. */
import { OpenRequests } from '../open-requests.ts';
import type { Store } from '../store.ts';
import { type KafkaWriterOptions, openKafkaWriter } from './open-writer.ts';

export interface KafkaStoreOptions extends KafkaWriterOptions {
  /** How many ids of stored records are remembered, in order not to store them again. */
  readonly dedupeIds: number;
}

/** Never fails for want of a broker: it is not ready then, says why, and goes on trying. */
export function createKafkaStore(options: KafkaStoreOptions): Store {
  const writer = openKafkaWriter(options);
  const requests = new OpenRequests({ ...options, problemOf: writer.problemOf }, writer.write);
  let closing: Promise<void> | undefined;

  return {
    append: requests.append,
    backlog: () => requests.backlog(),
    readiness() {
      if (closing !== undefined) return Promise.resolve({ ready: false, reason: 'The store is closing.' });
      return writer.readiness();
    },
    close() {
      closing ??= requests.drain().then(writer.close);
      return closing;
    },
  };
}
