import { expect, it } from '@jest/globals';
import { createRejectionReason } from '../../../src/http/public/rejection-reason.ts';

it.each([
  [{ records: 99, oldestMs: 2000 }, undefined],
  [{ records: 100, oldestMs: 0 }, '100 events wait for the store; MAX_IN_FLIGHT_EVENTS is 100.'],
  [{ records: 1, oldestMs: 2001 }, 'A request has waited 2001 ms for the store; MAX_QUEUE_MS is 2000.'],
])('of a backlog of %j is %j', (backlog, message) => {
  const reason = createRejectionReason({ backlog: () => backlog, maxRecords: 100, maxQueueMs: 2000 })();
  expect(reason?.message).toBe(message);
  expect(reason?.code).toBe(message && 'overloaded');
});
