import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HubcastError } from '../../src/core/errors.ts';
import { OpenRequests, type OpenRequestsOptions, type Write } from '../../src/stores/open-requests.ts';
import { createStoreCounts } from '../../src/telemetry/metrics/store-counts.ts';
import { makeRecord } from './make-record.ts';

/** Requests whose writes end when the test says so. */
function open(changes: Partial<OpenRequestsOptions> = {}) {
  const writes: Write[] = [];
  const options = { writeTimeoutMs: 4_000, dedupeIds: 0, now: () => Date.now(), ...changes };
  return { requests: new OpenRequests(options, (write) => writes.push(write)), writes };
}

describe('the limit of pending records', () => {
  it('lets one request through that is larger, and others up to it', async () => {
    const { requests, writes } = open({ maxRecords: 2 });
    const large = requests.append([makeRecord('t'), makeRecord('t'), makeRecord('t')]);
    writes[0]?.settle();
    await large;
    const two = [requests.append([makeRecord('t')]), requests.append([makeRecord('t')])];
    await expect(requests.append([makeRecord('t')])).rejects.toMatchObject({ code: 'overloaded' });
    for (const { settle } of writes) settle();
    await Promise.all(two);
  });
});

it('writes records of one dedupe key once, and both requests get the answer', async () => {
  const { requests, writes } = open();
  const both = [1, 2].map(() => requests.append([{ ...makeRecord('t'), dedupeKey: 'same' }]));
  expect(writes).toHaveLength(1);
  writes[0]?.settle();
  await Promise.all(both);
});

it('takes the first word on a write, and no other', async () => {
  const { requests, writes } = open();
  const stored = requests.append([makeRecord('t')]);
  writes[0]?.settle();
  writes[0]?.settle(new HubcastError('store_unavailable', 'late'));
  await stored;
  expect(requests.backlog().records).toBe(0);
});

it('is drained when what was pending then has settled, not before', async () => {
  const { requests, writes } = open();
  const first = requests.append([makeRecord('t')]);
  writes[0]?.settle();
  await first;
  const pending = requests.append([makeRecord('t')]);
  let drained = false;
  const draining = requests.drain().then(() => {
    drained = true;
  });
  await new Promise(setImmediate);
  expect(drained).toBe(false);
  writes[1]?.settle();
  await Promise.all([pending, draining]);
});

describe('the clock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('counts each request that failed once, by the error that it was given', async () => {
    const { meter, failures } = createStoreCounts();
    const { requests, writes } = open({ meter });
    const record = makeRecord('t');
    const late = [requests.append([record]), requests.append([record])];
    const answers = Promise.allSettled(late);
    await jest.advanceTimersByTimeAsync(4_100);
    expect(await answers).toMatchObject([1, 2].map(() => ({ reason: { code: 'write_timed_out' } })));
    const refused = requests.append([makeRecord('t')]);
    writes[1]?.settle(new HubcastError('store_unavailable', 'gone'));
    await expect(refused).rejects.toMatchObject({ code: 'store_unavailable' });
    writes[0]?.settle(new HubcastError('store_unavailable', 'after its requests had their answers'));
    expect([failures.get('write_timed_out'), failures.get('store_unavailable')]).toEqual([2, 1]);
  });

  it('runs only while requests wait', async () => {
    const { requests, writes } = open();
    const stored = requests.append([makeRecord('t')]);
    expect(jest.getTimerCount()).toBe(1);
    writes[0]?.settle();
    await stored;
    jest.advanceTimersByTime(100);
    expect(jest.getTimerCount()).toBe(0);
  });
});
