import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { oneRequestAtATime } from '../../../src/http/internal/one-request-at-a-time.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

const GET = 'GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A server that leaves its requests unanswered until the test answers them. */
async function start() {
  const handled: ServerResponse[] = [];
  const server = createServer(oneRequestAtATime((_request, response) => void handled.push(response)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  return { handled, socket, received: textOf(socket) };
}

function textOf(socket: Socket): () => string {
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (piece) => {
    text += String(piece);
  });
  return () => text;
}

describe('one request of a connection at a time', () => {
  it('keeps the connection for requests that follow an answer', async () => {
    const { handled, socket, received } = await start();
    for (const count of [1, 2, 3]) {
      socket.write(GET);
      await until(() => handled.length === count);
      handled.at(-1)?.end('x');
      await until(() => received().split('200 OK').length === count + 1);
    }
    expect(received()).not.toContain('Connection: close');
  });

  it('answers the first of two pipelined requests and closes the connection', async () => {
    const { handled, socket, received } = await start();
    const closed = once(socket, 'close');
    socket.write(GET + GET);
    await until(() => handled[0]?.req.socket.bytesRead === 2 * GET.length);
    handled[0]?.end('x');
    await closed;
    expect(handled).toHaveLength(1);
    expect(received().split('HTTP/1.1 200 OK')).toHaveLength(2);
    expect(received()).toContain('Connection: close');
  });

  it('closes it after an answer whose head is out already', async () => {
    const { handled, socket, received } = await start();
    const closed = once(socket, 'close');
    socket.write(GET);
    await until(() => handled.length === 1);
    handled[0]?.write('begun');
    await until(() => received().includes('begun'));
    socket.write(GET);
    await until(() => handled[0]?.req.socket.bytesRead === 2 * GET.length);
    handled[0]?.end(' and ended');
    await closed;
    expect(received()).toContain('and ended');
    expect(handled).toHaveLength(1);
  });

  it('cuts a connection that sends a third', async () => {
    const { handled, socket } = await start();
    const closed = once(socket, 'close');
    socket.write(GET.repeat(3));
    await closed;
    expect(handled).toHaveLength(1);
  });
});
