/** A spool on a folder of its own, over a real Kafka or over a stand-in for its writer. */

import type { TopicPlan } from '../../../../src/records/topic-plans.ts';
import type { KafkaWriterOptions } from '../../../../src/stores/kafka/open-writer.ts';
import { createOrderedKafkaWriter } from '../../../../src/stores/kafka/ordered-writer.ts';
import type { OrderedWriter } from '../../../../src/stores/ordered-writer.ts';
import { openSpool, type Spool } from '../../../../src/stores/spool/open-spool.ts';
import { openTestJournal } from '../../journal/support/scratch.ts';
import { log, writerOptions } from '../../kafka/support.ts';

export interface TestSpoolOptions {
  readonly maxBytes?: number;
  readonly reserveBytes?: number;
  readonly drainTimeoutMs?: number;
  readonly openKafka: () => OrderedWriter;
}

export function openTestSpool(dataDir: string, options: TestSpoolOptions): Promise<Spool> {
  const { maxBytes = 1024 ** 3, reserveBytes = 1024 * 1024, drainTimeoutMs = 10_000, openKafka } = options;
  return openSpool({
    openJournal: (onStored) =>
      openTestJournal(dataDir, {
        retentionHours: null,
        maxBytes,
        boundedBy: 'SPOOL_MAX_BYTES',
        reserveBytes,
        trim: true,
        onStored,
      }),
    maxBytes,
    openKafka: async () => openKafka(),
    drainTimeoutMs,
    now: Date.now,
    log,
  });
}

export function kafkaWriter(
  brokers: readonly string[],
  topics: readonly TopicPlan[],
  more: Partial<KafkaWriterOptions> = {},
): OrderedWriter {
  return createOrderedKafkaWriter({ ...writerOptions(brokers, topics), ...more });
}
