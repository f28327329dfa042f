import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { prepareRequests } from '../../bench/load/requests.ts';
import { runLoad } from '../../bench/load/run-load.ts';
import { patience } from '../support/patience.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const requests = prepareRequests({
  workload: 'name-update',
  seed: 1,
  first: 0,
  count: 2000,
  aroundSec: 1_790_000_000,
  secret: 's',
  verifyToken: 't',
});

const servers: Server[] = [];
const sockets = new Set<Socket>();

async function serve(onRequest: (socket: Socket, number: number) => void): Promise<{ host: string; port: number }> {
  let seen = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', () => onRequest(socket, seen++));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  sockets.clear();
});

describe('an open loop', () => {
  it('counts a stall in every request it held up, from when each was meant to go', async () => {
    let stalledUntil = 0;
    const target = await serve(async (socket, number) => {
      if (number === 20) stalledUntil = performance.now() + 600;
      const wait = stalledUntil - performance.now();
      if (wait > 0) await sleep(wait);
      socket.write(OK);
    });
    const result = await runLoad({ connections: 1, durationMs: 1000, perSecond: 200 }, requests, target);
    expect(result.statuses).toEqual({ 200: 200 });
    expect(result.unanswered).toBe(0);
    // 600 ms at 200/s hold up 120 of the 200 requests, 300 ms or more 60 of them. Counted from the moment of sending it would be one.
    expect(result.latencyMs.p90).toBeGreaterThan(300);
    expect(result.latencyMs.p50).toBeGreaterThan(20);
    expect(result.sentLateMs?.p90).toBeGreaterThan(300);
  });

  it('keeps its rate, and says how much later than intended it sent', async () => {
    const target = await serve((socket) => socket.write(OK));
    const result = await runLoad({ connections: 8, durationMs: 1000, perSecond: 1000 }, requests, target);
    expect(result.answered).toBe(1000);
    expect(result.elapsedMs).toBeGreaterThan(950);
    expect(result.sentLateMs?.count).toBe(1000);
  });

  it('reports what had no answer when the wait for stragglers ends', async () => {
    const target = await serve((socket, number) => number < 10 && socket.write(OK));
    const result = await runLoad({ connections: 2, durationMs: 300, perSecond: 100 }, requests, target, 200);
    expect(result.answered).toBe(10);
    expect(result.unanswered).toBe(20);
  });
});

describe('a closed loop', () => {
  it('has one request in flight per connection and stops when the time is over', async () => {
    let inFlight = 0;
    let most = 0;
    const target = await serve(async (socket) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await sleep(5);
      inFlight -= 1;
      socket.write(OK);
    });
    const result = await runLoad({ connections: 4, durationMs: 300 }, requests, target);
    expect(most).toBe(4);
    expect(result.elapsedMs).toBeLessThan(patience(1000));
    expect(result.latencyMs.p50).toBeGreaterThan(4);
    expect(result.ranOut).toBe(false);
  });

  it('ends early when the requests are used up, and says so', async () => {
    const target = await serve((socket) => socket.write(OK));
    const result = await runLoad({ connections: 4, durationMs: 60_000 }, requests.slice(0, 100), target);
    expect(result.answered).toBe(100);
    expect(result.ranOut).toBe(true);
  });

  it('counts each status, reads answers that come in pieces, and goes on after a lost connection', async () => {
    const target = await serve(async (socket, number) => {
      if (number === 5) return socket.destroy();
      if (number === 6) return socket.write('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy');
      socket.write(OK.slice(0, 30));
      await sleep(1);
      return socket.write(OK.slice(30));
    });
    const result = await runLoad({ connections: 2, durationMs: 60_000 }, requests.slice(0, 50), target);
    expect(result.statuses).toEqual({ 200: 48, 503: 1 });
    expect(result.lost).toBe(1);
    expect(result.unanswered).toBe(0);
  });

  it('fails with the answer when it is not HTTP with a length', async () => {
    const target = await serve((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    );
    await expect(runLoad({ connections: 1, durationMs: 500 }, requests, target)).rejects.toThrow('Content-Length');
  });
});
