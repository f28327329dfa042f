/** Stores records in Kafka: a write resolves when all in-sync replicas have it. */
import { OpenRequests } from '../open-requests.ts';
import type { Store } from '../store.ts';
import { type KafkaWriterOptions, openKafkaWriter } from './open-writer.ts';

export interface KafkaStoreOptions extends KafkaWriterOptions {
  /** Number of ids of stored records kept for deduplication. */
  readonly dedupeIds: number;
}

/** Opens without a broker too: the store is not ready then, gives the reason, and keeps trying to connect. */
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
