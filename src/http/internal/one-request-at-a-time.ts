import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  /** The request that is being answered. */
  readonly response: ServerResponse;
  /** A second request came before the answer: the connection closes after it. */
  closing: boolean;
}

/**
 * Answers one request of a connection at a time. 59 kB hold 1,400 pipelined requests for /metrics, whose answers are 80 MB.
 * A connection that sends a second request too early is closed after the first answer, and at a third at once: RFC 9112,
 * section 9.3.2, has the client send the unanswered ones again.
 */
export function oneRequestAtATime(handle: RequestListener): RequestListener {
  const connections = new WeakMap<Socket, Connection>();
  return (request, response) => {
    const { socket } = request;
    const connection = connections.get(socket);
    if (connection === undefined) {
      connections.set(socket, { response, closing: false });
      response.once('close', () => connections.delete(socket));
      handle(request, response);
    } else if (connection.closing) socket.destroy();
    else {
      connection.closing = true;
      if (!connection.response.headersSent) connection.response.setHeader('Connection', 'close');
      connection.response.once('finish', () => socket.destroySoon());
    }
  };
}
