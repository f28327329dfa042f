/** Kafka as the durable home of records: a write resolves when all in-sync replicas have it. */
import { createSharedWrites } from '../group-commit.ts';
import type { Store } from '../store.ts';
import { MAX_SEND_BYTES } from './batches.ts';
import { type KafkaWriterOptions, openKafkaWriter } from './open-writer.ts';

export interface KafkaStoreOptions extends KafkaWriterOptions {
  /** How many ids of stored records are remembered, in order not to store them again. */
  readonly dedupeIds: number;
  /** Records under way at most. */
  readonly maxRecords?: number;
  /** Requests that are let in at once at most. */
  readonly maxRequests?: number;
}

/** Never fails for want of a broker: it is not ready then, says why, and goes on trying. */
export function createKafkaStore(options: KafkaStoreOptions): Store {
  const writer = openKafkaWriter(options, false);
  const shared = createSharedWrites({ ...options, maxGroupSize: MAX_SEND_BYTES, writeGroup: writer.writeGroup });
  let closing: Promise<void> | undefined;

  return {
    append: shared.append,
    backlog: shared.backlog,
    readiness() {
      if (closing !== undefined) return Promise.resolve({ ready: false, reason: 'The store is closing.' });
      return writer.readiness();
    },
    close() {
      closing ??= shared.drain().then(writer.close);
      return closing;
    },
  };
}
