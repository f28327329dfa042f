import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createLog } from '../../src/core/log.ts';
import { watchLoadShedding } from '../../src/telemetry/load-shedding.ts';

let lines: Record<string, unknown>[] = [];
let nowMs = 0;
const watch = () =>
  watchLoadShedding(createLog('info', { write: (line) => void lines.push(JSON.parse(line)) }), () => nowMs);

beforeEach(() => {
  lines = [];
  nowMs = 0;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('writes one line a second for each kind of limit, with what was shed in that second', () => {
  const shedding = watch();
  for (let count = 0; count < 500; count += 1) shedding.connectionRefused();
  shedding.connectionsShed(3, 200);
  shedding.requestRejected();
  jest.advanceTimersByTime(1000);
  expect(lines).toMatchObject([
    { level: 'warn', connection_refused: 500, idle_connection_closed: 3, stalled_connection_closed: 200 },
    { level: 'warn', request_rejected: 1, body_evicted: 0 },
  ]);
  shedding.connectionRefused();
  jest.advanceTimersByTime(999);
  expect(lines).toHaveLength(2);
  jest.advanceTimersByTime(1);
  expect(lines[2]).toMatchObject({ connection_refused: 1, stalled_connection_closed: 0 });
  jest.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(3);
});

it('warns for a minute after something was shed', () => {
  const shedding = watch();
  expect(shedding.warnings()).toEqual([]);
  shedding.bodyEvicted();
  shedding.connectionsShed(0, 2);
  nowMs = 60_000;
  expect(shedding.warnings()).toEqual([
    expect.stringMatching(/^60 s ago requests are rejected.*0 request_rejected, 1 body_evicted/),
    expect.stringMatching(/^60 s ago connections are closed.*MAX_CONNECTIONS.*2 stalled_connection_closed/),
  ]);
  nowMs = 60_001;
  expect(shedding.warnings()).toEqual([]);
});

it('counts since the start', () => {
  const shedding = watch();
  shedding.connectionsShed(1, 2);
  shedding.connectionsShed(1, 0);
  shedding.connectionOpened();
  shedding.connectionOpened();
  shedding.connectionClosed();
  expect(shedding.counts).toMatchObject({ idle_connection_closed: 2, stalled_connection_closed: 2 });
  expect(shedding.connections()).toBe(1);
});
