import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HubcastError } from '../../../src/core/errors.ts';
import { partitionFor } from '../../../src/records/partition.ts';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import type { TopicState } from '../../../src/stores/kafka/ensure-topics.ts';
import { OpenWrite } from '../../../src/stores/kafka/open-write.ts';
import { MAX_REQUEST_BYTES, PartitionQueue } from '../../../src/stores/kafka/partition-queue.ts';
import { PartitionQueues } from '../../../src/stores/kafka/partition-queues.ts';
import { BATCH_OVERHEAD_BYTES, recordBytes } from '../../../src/stores/kafka/record-bytes.ts';
import { makeRecord } from './support.ts';

const passing = new HubcastError('store_unavailable', 'not now');

function itemOf(record: OutgoingRecord, settle: (error?: unknown) => void = () => undefined, deadlineMs = 1_000) {
  const [item] = new OpenWrite({ records: [record], size: 0, deadlineMs, settle }).items();
  if (item === undefined) throw new Error('one record, one item');
  return item;
}

function queueOf(records: readonly OutgoingRecord[]): PartitionQueue {
  const queue = new PartitionQueue('a', 0);
  for (const record of records) queue.add(itemOf(record));
  return queue;
}

const sizes = fc.array(fc.nat(3_000), { maxLength: 60 });

describe('a partition queue', () => {
  it('stores all records in their order, in batches that the topic accepts, whatever becomes of each attempt', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 500, max: 5_000 }),
        fc.infiniteStream(fc.constantFrom('confirmed', 'failed', 'refused')),
        (lengths, maxBatchBytes, outcomes) => {
          const records = lengths.map((length) => makeRecord('a', { value: 'v'.repeat(length) }));
          const queue = queueOf(records);
          const stored: OutgoingRecord[] = [];
          const refusedAlone = new Set<OutgoingRecord>();
          for (let time = 0; queue.size > 0; time += 1_000) {
            expect(queue.canSend(time)).toBe(true);
            const bytes = queue.take(maxBatchBytes, MAX_REQUEST_BYTES);
            expect(queue.canSend(time)).toBe(false);
            const batch = queue.inFlight.map(({ record }) => record);
            expect(batch.length).toBeGreaterThan(0);
            expect(bytes).toBe(batch.reduce((sum, record) => sum + recordBytes(record), 0));
            if (batch.length > 1) expect(bytes + BATCH_OVERHEAD_BYTES).toBeLessThanOrEqual(maxBatchBytes);
            const { value: outcome } = outcomes.next();
            if (outcome === 'failed') queue.failed(passing, time);
            else if (outcome === 'refused') {
              const alone = queue.refused()?.record;
              expect(alone).toBe(batch.length === 1 ? batch[0] : undefined);
              if (alone !== undefined) refusedAlone.add(alone);
            } else {
              stored.push(...batch);
              queue.confirmed();
            }
          }
          expect(stored).toEqual(records.filter((record) => !refusedAlone.has(record)));
        },
      ),
    );
  });

  it('sends a record larger than the topic accepts alone, after the records before it', () => {
    const [small, large, last] = [makeRecord('a'), makeRecord('a', { value: 'x'.repeat(2_000) }), makeRecord('a')];
    const queue = queueOf([small, large, last]);
    const batches: string[][] = [];
    while (queue.size > 0) {
      queue.take(1_000, MAX_REQUEST_BYTES);
      batches.push(queue.inFlight.map(({ record }) => record.id));
      queue.confirmed();
    }
    expect(batches).toEqual([[small.id], [large.id], [last.id]]);
  });

  it('takes no more than there is space for in the request, unless the request would be empty', () => {
    const queue = queueOf(Array.from({ length: 12 }, () => makeRecord('a', { value: 'x'.repeat(1024 * 1024) })));
    expect(queue.take(64 * 1024 * 1024, 1_000)).toBe(0);
    queue.take(64 * 1024 * 1024, MAX_REQUEST_BYTES);
    expect(queue.inFlight).toHaveLength(7);
    const huge = queueOf([makeRecord('a', { value: 'x'.repeat(9 * 1024 * 1024) })]);
    huge.take(64 * 1024 * 1024, MAX_REQUEST_BYTES);
    expect(huge.inFlight).toHaveLength(1);
  });

  it('pauses after a failure, says why, and begins anew after a success', () => {
    const queue = queueOf([makeRecord('a')]);
    queue.take(1_000, MAX_REQUEST_BYTES);
    queue.failed(passing, 5);
    expect(queue.trouble).toEqual({ error: passing, atMs: 5 });
    expect([queue.canSend(6), queue.canSend(55)]).toEqual([false, true]);
    queue.take(1_000, MAX_REQUEST_BYTES);
    queue.confirmed();
    expect([queue.trouble, queue.size]).toEqual([undefined, 0]);
  });

  it('fails late records with the current problem, but not the records in flight', () => {
    const ends: unknown[] = [];
    const queue = new PartitionQueue('a', 0);
    queue.add(itemOf(makeRecord('a'), (error) => ends.push(['in flight', error])));
    queue.take(1_000, MAX_REQUEST_BYTES);
    queue.add(itemOf(makeRecord('a'), (error) => ends.push(['waiting', error])));
    queue.add(itemOf(makeRecord('a'), (error) => ends.push(['in time', error]), 2_000));
    expect(queue.expire(999, () => passing)).toBe(false);
    expect(queue.expire(1_000, () => passing)).toBe(true);
    expect(ends).toEqual([['waiting', passing]]);
    queue.confirmed();
    expect(ends).toEqual([
      ['waiting', passing],
      ['in flight', undefined],
    ]);
    expect(queue.size).toBe(1);
  });
});

describe('partition queues', () => {
  it('keep the order of each partition for records that came before their topic was looked up', () => {
    const topics = new Map<string, TopicState>();
    const queues = new PartitionQueues(() => topics);
    const records = Array.from({ length: 40 }, () => makeRecord('a'));
    for (const record of records.slice(0, 20)) queues.add(itemOf(record));
    expect([...queues.open].map(({ size }) => size)).toEqual([20]);
    topics.set('a', { name: 'a', leaders: [1, 2, 1], maxBatchBytes: 1_000_000, warnings: [] });
    for (const record of records.slice(20)) queues.add(itemOf(record));
    for (const queue of queues.open) {
      queue.take(1_000_000, MAX_REQUEST_BYTES);
      const expected = records.filter(({ key }) => partitionFor('a', key, 3) === queue.partition);
      expect(queue.inFlight.map(({ record }) => record)).toEqual(expected);
    }
    expect([...queues.open].reduce((sum, { size }) => sum + size, 0)).toBe(40);
  });
});

describe('an open write', () => {
  it('is settled once: when its last record is stored, or its first has failed', () => {
    const ends: unknown[] = [];
    const open = (count: number) => {
      const records = Array.from({ length: count }, () => makeRecord('a'));
      return new OpenWrite({ records, size: 0, deadlineMs: 0, settle: (error) => ends.push(error) });
    };
    const two = open(2);
    two.stored();
    expect([ends.length, two.isOpen]).toEqual([0, true]);
    two.stored();
    expect([ends, two.isOpen]).toEqual([[undefined], false]);
    const failing = open(2);
    failing.failed(passing);
    failing.failed(new HubcastError('store_unavailable', 'later'));
    failing.stored();
    failing.stored();
    expect(ends).toStrictEqual([undefined, passing]);
  });

  it('waits for the dead letters of a refused record', () => {
    const ends: unknown[] = [];
    const record = makeRecord('a');
    const write = new OpenWrite({ records: [record], size: 0, deadlineMs: 0, settle: (error) => ends.push(error) });
    const items = write.replaced(record, [makeRecord('d'), makeRecord('d')]);
    expect(items.map(({ isDeadLetter }) => isDeadLetter)).toEqual([true, true]);
    write.stored();
    expect(ends).toEqual([]);
    write.stored();
    expect(ends).toEqual([undefined]);
    new OpenWrite({ records: [record], size: 0, deadlineMs: 0, settle: (error) => ends.push(error) }).replaced(
      record,
      [],
    );
    expect(ends[1]).toMatchObject({ code: 'record_refused' });
  });
});

it('sends more in a batch again once smaller ones were taken', () => {
  const records = (count: number) => Array.from({ length: count }, () => makeRecord('a'));
  const queue = queueOf(records(16));
  const taken = () => {
    queue.take(1_000_000, MAX_REQUEST_BYTES);
    return queue.inFlight.length;
  };
  expect(taken()).toBe(16);
  queue.refused();
  expect(taken()).toBe(8);
  queue.refused();
  expect(taken()).toBe(4);
  queue.confirmed();
  expect(taken()).toBe(8);
});
