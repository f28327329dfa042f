/** Which connections are closed for new ones, by a clock and sockets the test moves. */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { beforeEach, expect, it } from '@jest/globals';
import { type Connections, trackConnections } from '../../../src/http/server/connections.ts';

/** As much of a socket and of a response as the bookkeeping looks at. */
class FakeSocket extends EventEmitter {
  bytesRead = 0;
  destroyed = false;
  destroy() {
    this.destroyed = true;
    this.emit('close');
  }
}
class FakeResponse extends EventEmitter {
  readonly req = { complete: false };
  writableEnded = false;
}

const MAX = 100;
let nowMs = 0;
let shed: string[] = [];
let open = 0;
let connections: Connections;

beforeEach(() => {
  nowMs = 0;
  shed = [];
  open = 0;
  const meter = {
    connectionOpened: () => {
      open += 1;
    },
    connectionClosed: () => {
      open -= 1;
    },
    connectionRefused: () => void shed.push('refused'),
    connectionsShed: (idle: number, stalled: number) => void shed.push(`closed ${idle} idle, ${stalled} stalled`),
  };
  connections = trackConnections({ maxConnections: MAX, meter, now: () => nowMs });
});

function connect(): FakeSocket {
  const socket = new FakeSocket();
  connections.opened(socket as unknown as Socket);
  return socket;
}

function begin(socket: FakeSocket, bytes = 150): FakeResponse {
  const response = new FakeResponse();
  socket.bytesRead += bytes;
  connections.owes(socket as unknown as Socket, response as unknown as ServerResponse);
  return response;
}

/** Opens connections until only `left` places are free, each with a head whose body does not come. */
function fill(left = 0): FakeSocket[] {
  return Array.from({ length: MAX - open - left }, () => {
    const socket = connect();
    begin(socket);
    return socket;
  });
}

it('closes the connections whose request has stood still the longest, two in a hundred at once', () => {
  const [first, second, third] = fill();
  nowMs = 250;
  expect(connect().destroyed).toBe(false);
  expect([first, second, third].map((socket) => socket?.destroyed)).toEqual([true, true, false]);
  expect(connect().destroyed).toBe(false);
  expect({ shed, open }).toEqual({ shed: ['closed 0 idle, 2 stalled'], open: MAX });
});

it('refuses a new one while all of them moved within the last 250 ms', () => {
  fill();
  nowMs = 249;
  expect(connect().destroyed).toBe(true);
  expect({ shed, open }).toEqual({ shed: ['refused'], open: MAX });
});

it('looks again 50 ms after it found too few', () => {
  fill();
  nowMs = 240;
  connect();
  nowMs = 289;
  expect(connect().destroyed).toBe(true);
  nowMs = 290;
  expect(connect().destroyed).toBe(false);
});

it('closes idle connections before those that have a request', () => {
  const [, ...others] = fill(1);
  nowMs = 100;
  const idle = connect();
  nowMs = 350;
  connect();
  expect(idle.destroyed).toBe(true);
  expect(others.some(({ destroyed }) => destroyed)).toBe(false);
  expect(shed).toEqual(['closed 1 idle, 1 stalled']);
});

it('keeps one whose request waits for the store, and one whose answer was written a moment ago', () => {
  const waiting = connect();
  const response = begin(waiting);
  response.req.complete = true;
  fill();
  nowMs = 60_000;
  connect();
  connect();
  expect(waiting.destroyed).toBe(false);
  response.writableEnded = true;
  nowMs = 60_001;
  connect();
  expect(waiting.destroyed).toBe(false);
});

it('gives the sender of each answer the same time to take it', () => {
  const sender = connect();
  const first = begin(sender);
  first.req.complete = true;
  first.writableEnded = true;
  fill();
  nowMs = 1000;
  connect();
  first.emit('close');
  const second = begin(sender);
  second.req.complete = true;
  second.writableEnded = true;
  nowMs = 60_000;
  for (let count = 0; count < MAX; count += 1) connect();
  expect(sender.destroyed).toBe(false);
});

it('closes one that does not take its answer', () => {
  const taker = connect();
  const response = begin(taker);
  response.req.complete = true;
  response.writableEnded = true;
  const others = fill();
  nowMs = 1000;
  connect();
  for (const other of others) other.bytesRead += 5000;
  nowMs = 1300;
  for (let count = 0; count < 3; count += 1) connect();
  expect(taker.destroyed).toBe(true);
});

it('keeps one whose body comes at 4 KiB in 250 ms, and closes it once that stops', () => {
  const slow = connect();
  begin(slow);
  for (; nowMs < 2000; nowMs += 250) {
    slow.bytesRead += 4096;
    fill();
    connect();
  }
  expect(slow.destroyed).toBe(false);
  nowMs += 60_000;
  for (let count = 0; count < MAX; count += 1) connect();
  expect(slow.destroyed).toBe(true);
});

it('ignores bytes received before the request', () => {
  const used = connect();
  used.bytesRead = 1_000_000;
  nowMs = 1000;
  begin(used);
  fill();
  nowMs = 1250;
  connect();
  expect(used.destroyed).toBe(true);
});

it('forgets a connection that closed', () => {
  connect().destroy();
  expect(open).toBe(0);
});
