import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseInPieces } from '../../../src/http/internal/parse-in-pieces.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

async function start(handle: Parameters<typeof createServer>[1]) {
  const server = createServer({}, handle);
  server.on('connection', parseInPieces);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

describe('parsing in pieces', () => {
  it('stops at the piece in which the connection was cut: 1,400 requests in one read', async () => {
    let requests = 0;
    const port = await start((request) => {
      requests += 1;
      if (requests === 3) request.socket.destroy();
    });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1400));
    await once(socket, 'close');
    expect(requests).toBeLessThan(30);
  });

  it('loses and reorders no byte of a body that is read slowly', async () => {
    const body = Buffer.from(Array.from({ length: 200_000 }, (_, n) => `${n},`).join(''));
    const port = await start(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) {
        pieces.push(piece as Buffer);
        await new Promise(setImmediate);
      }
      response.end(String(Buffer.concat(pieces).equals(body)));
    });
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: new Uint8Array(body) });
    expect(await answer.text()).toBe('true');
  });
});
