import { describe, expect, it } from '@jest/globals';
import type { Producer, RecordMetadata } from 'kafkajs';
import { sendAndConfirm, unconfirmed } from '../../../src/stores/kafka/send.ts';
import { makeRecord } from './support.ts';

const send = {
  topics: new Map([
    [
      'a',
      new Map([
        [0, [makeRecord('a')]],
        [2, [makeRecord('a')]],
      ]),
    ],
    ['b', new Map([[1, [makeRecord('b')]]])],
  ]),
  count: 3,
};
const complete: RecordMetadata[] = [
  { topicName: 'a', partition: 0, errorCode: 0, baseOffset: '7' },
  { topicName: 'a', partition: 2, errorCode: 0, baseOffset: '0' },
  { topicName: 'b', partition: 1, errorCode: 0, baseOffset: '9007199254740993' },
];

describe('unconfirmed', () => {
  it('is empty when every partition written is named with an offset', () => {
    expect(unconfirmed(send, complete)).toEqual([]);
  });

  it.each([
    ['is not named at all', complete.slice(1), ['a-0']],
    [
      'belongs to another topic',
      complete.with(2, { topicName: 'a', partition: 1, errorCode: 0, baseOffset: '1' }),
      ['b-1'],
    ],
    ['has an error', complete.with(1, { topicName: 'a', partition: 2, errorCode: 7, baseOffset: '-1' }), ['a-2']],
    ['has no offset', complete.with(0, { topicName: 'a', partition: 0, errorCode: 0, baseOffset: '-1' }), ['a-0']],
  ])('names a partition that %s', (_what, answer, missing) => {
    expect(unconfirmed(send, answer)).toEqual(missing);
  });
});

describe('sendAndConfirm', () => {
  it('rejects when kafkajs resolves without naming a partition', async () => {
    const producer = { sendBatch: async () => complete.slice(0, 2) } as unknown as Producer;
    await expect(sendAndConfirm(producer, send, 0, 1000)).rejects.toThrow('did not confirm the write to b-1');
  });

  it('asks for all in-sync replicas, with the partition of each record', async () => {
    const batches: unknown[] = [];
    const producer = {
      sendBatch: async (batch: unknown) => {
        batches.push(batch);
        return complete;
      },
    } as unknown as Producer;
    await sendAndConfirm(producer, send, 1, 1000);
    expect(batches).toMatchObject([
      {
        acks: -1,
        timeout: 1000,
        compression: 1,
        topicMessages: [{ topic: 'a', messages: [{ partition: 0 }, { partition: 2 }] }, { topic: 'b' }],
      },
    ]);
  });
});
