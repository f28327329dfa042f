/** One write through kafkajs' producer, and the proof that every part of it was stored. */
import type { Producer, RecordMetadata } from 'kafkajs';
import type { Send } from './batches.ts';

const ALL_IN_SYNC = -1;

export async function sendAndConfirm(
  producer: Producer,
  send: Send,
  compression: number,
  brokerTimeoutMs: number,
): Promise<void> {
  const topicMessages = [...send.topics].map(([topic, partitions]) => ({
    topic,
    messages: [...partitions].flatMap(([partition, records]) =>
      records.map(({ key, value, headers, timestampMs }) => ({
        partition,
        key,
        // A tombstone: only a record without a value removes its key.
        value: value === '' ? null : value,
        headers: headers as Record<string, string>,
        timestamp: String(timestampMs),
      })),
    ),
  }));
  const answer = await producer.sendBatch({ acks: ALL_IN_SYNC, timeout: brokerTimeoutMs, compression, topicMessages });
  const missing = unconfirmed(send, answer);
  if (missing.length > 0) throw new Error(`The brokers did not confirm the write to ${missing.join(', ')}.`);
}

/**
 * Partitions of a write that no broker said it stored. kafkajs resolves although it left some out: those that its
 * metadata does not name (cluster.findLeaderForPartitions) are skipped without a word.
 */
export function unconfirmed(send: Send, answer: readonly RecordMetadata[]): string[] {
  const stored = new Set<string>();
  for (const { topicName, partition, errorCode, baseOffset } of answer) {
    if (errorCode === 0 && baseOffset !== undefined && !baseOffset.startsWith('-')) {
      stored.add(`${topicName}-${partition}`);
    }
  }
  const missing: string[] = [];
  for (const [topic, partitions] of send.topics) {
    for (const partition of partitions.keys()) {
      if (!stored.has(`${topic}-${partition}`)) missing.push(`${topic}-${partition}`);
    }
  }
  return missing;
}
