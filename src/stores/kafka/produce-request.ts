/** One write to a broker, and the proof for each partition that it was stored. */
import { FRAME_BYTES } from '../../core/registry-frame.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { kafkaError } from './wire.ts';
import type { ProducedPartition, ProduceResponse } from './wire-messages.ts';

const ALL_IN_SYNC = -1;

export interface ProduceOptions {
  /** Kafka's number of the codec. */
  readonly compression: number;
  readonly schemaIdOf: (record: OutgoingRecord) => number | null;
  /** For the broker. */
  readonly timeoutMs: number;
}

/** Body of Kafka's Produce request for the batches in flight, not idempotent and without a transaction. */
export function toProduceBody(
  queues: readonly PartitionQueue[],
  { compression, schemaIdOf, timeoutMs }: ProduceOptions,
) {
  return {
    acks: ALL_IN_SYNC,
    timeout: timeoutMs,
    compression,
    topicData: [...Map.groupBy(queues, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition, inFlight }) => ({
        partition,
        messages: inFlight.map(({ record }) => toMessage(record, schemaIdOf(record))),
      })),
    })),
  };
}

function toMessage({ key, value, headers, timestampMs }: OutgoingRecord, schemaId: number | null) {
  return { key, value: toValue(value, schemaId), headers, timestamp: String(timestampMs) };
}

function toValue(value: string, schemaId: number | null): string | Buffer | null {
  // A tombstone has no value; an empty value would not remove its key.
  if (value === '') return null;
  if (schemaId === null) return value;
  const framed = Buffer.allocUnsafe(FRAME_BYTES + Buffer.byteLength(value));
  framed[0] = 0;
  framed.writeInt32BE(schemaId, 1);
  framed.write(value, FRAME_BYTES);
  return framed;
}

/**
 * The outcome of each partition of a write: null if the broker confirms it with an offset. A partition that
 * the answer does not name is not confirmed.
 */
export function readOutcomes(
  { topics }: ProduceResponse,
  queues: readonly PartitionQueue[],
): ReadonlyMap<PartitionQueue, Error | null> {
  const answers = new Map<string, ProducedPartition>();
  for (const { topicName, partitions } of topics) {
    for (const answer of partitions) answers.set(`${topicName}-${answer.partition}`, answer);
  }
  return new Map(queues.map((queue) => [queue, outcomeOf(answers.get(queue.name), queue)]));
}

function outcomeOf(answer: ProducedPartition | undefined, { name }: PartitionQueue): Error | null {
  if (answer === undefined) return new Error(`The broker's answer does not name ${name}.`);
  if (answer.errorCode !== 0) return kafkaError(answer.errorCode);
  return answer.baseOffset.startsWith('-') ? new Error(`The broker's answer has no offset for ${name}.`) : null;
}
