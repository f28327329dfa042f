/** A server with its time-outs, and how it stops without cutting anybody off. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ERRORS, type ErrorCode, HubcastError } from '../errors.ts';

export interface ListenerOptions {
  readonly handle: RequestListener;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
}

export interface Listener {
  /** `http://host:port`, with the port it really got. */
  readonly url: string;
  /** Takes no new connections and resolves when the requests under way are answered. */
  readonly stop: () => Promise<void>;
  /** Cuts what is left. */
  readonly destroy: () => void;
}

const TIMEOUT_CHECK_INTERVAL_MS = 500;
const CLOSE_IDLE_INTERVAL_MS = 50;

/** @throws HubcastError `configuration_invalid` when the address cannot be taken */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { handle, host, port } = options;
  let stopping = false;
  const server = createServer(
    {
      headersTimeout: options.headersTimeoutMs,
      requestTimeout: Math.max(options.requestTimeoutMs, options.headersTimeoutMs),
      keepAliveTimeout: options.keepAliveTimeoutMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    },
    respond,
  );
  // Node would say "100 Continue" to a body that is about to be refused; the route says it when it reads.
  server.on('checkContinue', respond);
  server.on('clientError', answerMalformed);

  function respond(request: IncomingMessage, response: ServerResponse): void {
    if (stopping) response.setHeader('Connection', 'close');
    handle(request, response);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { address, family, port: actualPort } = server.address() as AddressInfo;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actualPort}`,
    stop() {
      stopping = true;
      const closeIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_INTERVAL_MS);
      return new Promise((resolve) => {
        server.close(() => {
          clearInterval(closeIdle);
          resolve();
        });
      });
    },
    destroy: () => server.closeAllConnections(),
  };
}

/** What is not HTTP gets one plain answer and no more of our time. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_CODE.get(error.code ?? '') ?? '400 Bad Request';
  const code: ErrorCode = 'malformed_request';
  const body = JSON.stringify({ error: { code, message: ERRORS[code].summary } });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  socket.destroySoon();
}

const STATUS_BY_CODE: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): HubcastError {
  const why = error.code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be used (${error.message})`;
  return new HubcastError(
    'configuration_invalid',
    `${host}:${port} ${why}. Choose another PORT or INTERNAL_PORT; 0 takes a free one.`,
    {
      cause: error,
    },
  );
}
