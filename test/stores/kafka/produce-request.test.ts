import { describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import { OpenWrite } from '../../../src/stores/kafka/open-write.ts';
import { MAX_REQUEST_BYTES, PartitionQueue } from '../../../src/stores/kafka/partition-queue.ts';
import { readOutcomes, toProduceBody } from '../../../src/stores/kafka/produce-request.ts';
import type { ProduceResponse } from '../../../src/stores/kafka/wire-messages.ts';
import { makeRecord } from './support.ts';

function inFlight(topic: string, partition: number, more: Partial<OutgoingRecord> = {}): PartitionQueue {
  const queue = new PartitionQueue(topic, partition);
  const records = [makeRecord(topic, more)];
  const write = new OpenWrite({ records, size: 0, deadlineMs: 0, settle: () => undefined });
  for (const item of write.items()) queue.add(item);
  queue.take(1024 * 1024, MAX_REQUEST_BYTES);
  return queue;
}

const queues = [inFlight('a', 0), inFlight('a', 2), inFlight('b', 1)];

const stored = (partition: number, baseOffset = '0') => ({ partition, errorCode: 0, baseOffset });
const answerOf = (a: ProduceResponse['topics'][number]['partitions'], b: typeof a): ProduceResponse => ({
  topics: [
    { topicName: 'a', partitions: a },
    { topicName: 'b', partitions: b },
  ],
});

describe('readOutcomes', () => {
  it('confirms a partition that the answer names with an offset', () => {
    const answer = answerOf([stored(0, '7'), stored(2)], [stored(1, '9007199254740993')]);
    expect([...readOutcomes(answer, queues).values()]).toEqual([null, null, null]);
  });

  it.each([
    ['is not named at all', answerOf([stored(2)], [stored(1)]), 0, 'does not name a-0'],
    ['belongs to another topic', answerOf([stored(0), stored(2), stored(1)], []), 2, 'does not name b-1'],
    ['has no offset', answerOf([stored(0, '-1'), stored(2)], [stored(1)]), 0, 'has no offset for a-0'],
    ['has an error', answerOf([stored(0), { ...stored(2), errorCode: 7 }], [stored(1)]), 1, 'The request timed out'],
  ])('does not confirm a partition that %s, and the others', (_what, answer, index, message) => {
    const outcomes = [...readOutcomes(answer, queues).values()];
    expect(outcomes.map((outcome) => outcome === null)).toEqual([0, 1, 2].map((one) => one !== index));
    expect(outcomes[index]?.message).toContain(message);
  });
});

describe('toProduceBody', () => {
  it('asks for all in-sync replicas, without idempotence and transaction, with the partition of each record', () => {
    const body = toProduceBody([...queues, inFlight('b', 3, { key: 'k', value: '', timestampMs: 12 })], {
      compression: 1,
      schemaIdOf: () => null,
      timeoutMs: 1000,
    });
    expect(body).toMatchObject({
      acks: -1,
      timeout: 1000,
      compression: 1,
      topicData: [
        { topic: 'a', partitions: [{ partition: 0 }, { partition: 2 }] },
        { topic: 'b', partitions: [{ partition: 1 }, { partition: 3, messages: [{ key: 'k', timestamp: '12' }] }] },
      ],
    });
    expect(Object.keys(body)).toEqual(['acks', 'timeout', 'compression', 'topicData']);
    // A tombstone.
    expect(body.topicData[1]?.partitions[1]?.messages[0]?.value).toBeNull();
  });

  it('puts the id of its schema before a value, and not before a tombstone', () => {
    const records = [inFlight('b', 3, { value: '{"name":"Zoë"}' }), inFlight('b', 4, { value: '' })];
    const body = toProduceBody(records, { compression: 0, schemaIdOf: () => 258, timeoutMs: 1000 });
    const values = body.topicData[0]?.partitions.map(({ messages }) => messages[0]?.value);
    expect(values).toEqual([Buffer.from([0, 0, 0, 1, 2, ...Buffer.from('{"name":"Zoë"}')]), null]);
  });
});
