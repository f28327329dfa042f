/** Sizes of records as Kafka stores them, and how a list of records is cut into sends that no broker finds too large. */

import { partitionFor } from '../../records/partition.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import type { TopicStates } from './topics.ts';

/** Fixed part of a record batch, format 2. https://kafka.apache.org/documentation/#recordbatch */
export const BATCH_OVERHEAD_BYTES = 61;

/** Attributes, and the longest timestamp and offset deltas: those depend on the batch. */
const RECORD_OVERHEAD_BYTES = 1 + 10 + 5;

/** One kafkajs write, unless a single record is larger. It is copied several times on its way to the socket. */
export const MAX_SEND_BYTES = 8 * 1024 * 1024;

/** kafkajs copies a partition's list once per record, so a long list costs its square. */
export const MAX_RECORDS_PER_PARTITION = 2_000;

export interface Send {
  readonly topics: ReadonlyMap<string, ReadonlyMap<number, readonly OutgoingRecord[]>>;
  /** How many of the list it takes, from its beginning. */
  readonly count: number;
}

/** Bytes of a signed integer in Kafka's variable-length form. */
function varintBytes(length: number): number {
  let zigzag = length * 2;
  let bytes = 1;
  while (zigzag >= 128) {
    zigzag = Math.floor(zigzag / 128);
    bytes += 1;
  }
  return bytes;
}

function withLength(text: string): number {
  const bytes = Buffer.byteLength(text, 'utf8');
  return varintBytes(bytes) + bytes;
}

/** Upper bound, at most 20 bytes too high, of what a record adds to an uncompressed batch. */
export function recordBytes(record: OutgoingRecord): number {
  let body = RECORD_OVERHEAD_BYTES + withLength(record.value);
  body += record.key === null ? 1 : withLength(record.key);
  let headers = 0;
  for (const name in record.headers) {
    headers += 1;
    body += withLength(name) + withLength(record.headers[name] ?? '');
  }
  body += varintBytes(headers);
  return varintBytes(body) + body;
}

/**
 * The first send of a list: as many records as fit, in their order. A record larger than its topic takes goes alone, so
 * that its refusal touches nobody. Every topic must be in `topics`.
 */
export function firstSend(items: readonly { readonly record: OutgoingRecord }[], topics: TopicStates): Send {
  const byTopic = new Map<string, Map<number, OutgoingRecord[]>>();
  const batchBytes = new Map<OutgoingRecord[], number>();
  let sendBytes = 0;
  let taken = 0;
  for (const { record } of items) {
    const topic = topics.get(record.topic);
    if (topic === undefined) throw new Error(`Topic ${record.topic} was not looked up before it was written to.`);
    const partition = partitionFor(record.topic, record.key, topic.partitionCount);
    const bytes = recordBytes(record);
    const batch = byTopic.get(record.topic)?.get(partition);
    const before = batch === undefined ? BATCH_OVERHEAD_BYTES : (batchBytes.get(batch) ?? 0);
    const tooLargeAlone = BATCH_OVERHEAD_BYTES + bytes > topic.maxBatchBytes;
    if (taken > 0) {
      if (tooLargeAlone || sendBytes + bytes > MAX_SEND_BYTES) break;
      if (before + bytes > topic.maxBatchBytes || (batch?.length ?? 0) >= MAX_RECORDS_PER_PARTITION) break;
    }
    if (batch !== undefined) {
      batch.push(record);
      batchBytes.set(batch, before + bytes);
    } else {
      const first = [record];
      let partitions = byTopic.get(record.topic);
      if (partitions === undefined) {
        partitions = new Map();
        byTopic.set(record.topic, partitions);
      }
      partitions.set(partition, first);
      batchBytes.set(first, before + bytes);
    }
    sendBytes += bytes;
    taken += 1;
    if (tooLargeAlone) break;
  }
  return { topics: byTopic, count: taken };
}
