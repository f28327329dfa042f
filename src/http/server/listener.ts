/** A server with its time-outs, and how it stops without cutting anybody off. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { HubcastError } from '../../core/errors.ts';
import { sendErrorUnread } from './answer.ts';
import type { CheckClient } from './client-certificate.ts';
import { type ConnectionMeter, trackConnections } from './connections.ts';
import { answerMalformed, findMalformed, MAX_HEADER_BYTES, toOriginForm } from './malformed.ts';
import { contextOf, handshakeOf, type ListenerTls, trackHandshakes } from './tls-server.ts';

export interface ListenerOptions {
  readonly handle: RequestListener;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** At this limit stalled connections are closed in favor of new ones; without a stalled one the new one is refused. */
  readonly maxConnections?: number;
  readonly meter?: ConnectionMeter | undefined;
  /** A monotonic clock in ms. */
  readonly now?: (() => number) | undefined;
  /** A connection without traffic for this long is closed; longer than any answer takes. */
  readonly stuckTimeoutMs?: number;
  /** Null or absent: plain HTTP. */
  readonly tls?: ListenerTls | null;
  /** Finds why a sender may not ask anything. */
  readonly check?: CheckClient | undefined;
  /** Called with each connection, before its first byte is read. */
  readonly onConnection?: (socket: Socket) => void;
  /** Told of requests that are refused before `handle` gets them. Without a method the head could not be read. */
  readonly onRefused?: ((error: HubcastError, request: RefusedRequest) => void) | undefined;
}

export type RefusedRequest = Pick<IncomingMessage, 'headers' | 'socket'> & { readonly method?: string | undefined };

export interface Listener {
  /** `http://host:port`, or `https:`, with the port it really got. */
  readonly url: string;
  /** Accepts no new connections and resolves when pending requests are answered. */
  readonly stop: () => Promise<void>;
  /** Closes remaining and new connections. */
  readonly destroy: () => void;
}

const TIMEOUT_CHECK_INTERVAL_MS = 500;
const CLOSE_IDLE_INTERVAL_MS = 50;
const CERTIFICATE_CHECK_INTERVAL_MS = 1000;
/** Senders that never read their answers would otherwise keep their connections for good. Twice the longest WRITE_TIMEOUT_MS. */
const STUCK_TIMEOUT_MS = 120_000;

/** Connections the system holds until they are accepted. With Node's 511 a burst of thousands waits for its packets to be sent anew. */
const BACKLOG = 4096;

/** @throws HubcastError `configuration_invalid` when the address cannot be taken */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { handle, host, port, check, tls = null, onRefused } = options;
  const { maxConnections = Number.POSITIVE_INFINITY, meter, now } = options;
  const connections = trackConnections({ maxConnections, meter, now });
  let stopping = false;
  let destroyed = false;
  const limits = {
    headersTimeout: options.headersTimeoutMs,
    requestTimeout: Math.max(options.requestTimeoutMs, options.headersTimeoutMs),
    keepAliveTimeout: options.keepAliveTimeoutMs,
    connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Node's own refusal has no body.
    requireHostHeader: false,
  };
  const tlsServer =
    tls === null
      ? null
      : createTlsServer(
          { ...limits, ...contextOf(tls.first), ...handshakeOf(tls.first, options.headersTimeoutMs) },
          respond,
        );
  const server = tlsServer ?? createServer(limits, respond);
  server.timeout = options.stuckTimeoutMs ?? STUCK_TIMEOUT_MS;
  // Node would say "100 Continue" to a body that is about to be refused; the route says it when it reads.
  server.on('checkContinue', respond);
  // RFC 9110 section 10.1.1 lets a server ignore an expectation it does not know; Node would answer 417 without a body.
  server.on('checkExpectation', respond);
  // With TLS a connection counts once its handshake is done.
  server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
    if (destroyed) socket.destroy();
    else {
      connections.opened(socket);
      options.onConnection?.(socket);
    }
  });
  const handshakes = tlsServer === null ? null : trackHandshakes(tlsServer, maxConnections);
  const following = tlsServer === null ? undefined : setInterval(follow, CERTIFICATE_CHECK_INTERVAL_MS);
  following?.unref();

  /** Connections that are open go on with what they have. */
  function follow(): void {
    const material = tls?.changed() ?? null;
    if (material !== null) tlsServer?.setSecureContext(contextOf(material));
  }

  // Answers to what came before on the same connection go first: a sender takes answers in the order of its requests.
  server.on('clientError', (error, socket) =>
    connections.whenSettled(socket as Socket, (isMidRequest) => {
      const isAnswered = answerMalformed(error, socket as Socket);
      // The reader of the body gets the error.
      if (!isAnswered || isMidRequest) return;
      const refusal = new HubcastError('malformed_request', `${error.message}.`);
      onRefused?.(refusal, { headers: {}, socket: socket as Socket });
    }),
  );

  function respond(request: IncomingMessage, response: ServerResponse): void {
    connections.owes(request.socket, response);
    if (stopping) response.setHeader('Connection', 'close');
    const refusal = findRefusal(request);
    if (refusal === undefined) {
      request.url = toOriginForm(request.url as string);
      handle(request, response);
    } else {
      sendErrorUnread(response, refusal);
      onRefused?.(refusal, request);
    }
  }

  function findRefusal(request: IncomingMessage): HubcastError | undefined {
    const problem = findMalformed(request);
    if (problem !== undefined) return new HubcastError('malformed_request', problem);
    const diagnosis = check?.(request);
    return diagnosis === undefined ? undefined : new HubcastError('client_certificate_refused', diagnosis);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  const { address, family, port: actualPort } = server.address() as AddressInfo;

  return {
    url: `${tls === null ? 'http' : 'https'}://${family === 'IPv6' ? `[${address}]` : address}:${actualPort}`,
    stop() {
      stopping = true;
      connections.announceClose();
      clearInterval(following);
      const closeUnused = setInterval(() => {
        connections.closeForStop();
        handshakes?.cut();
        server.closeIdleConnections();
      }, CLOSE_IDLE_INTERVAL_MS);
      return new Promise((resolve) => {
        server.close(() => {
          clearInterval(closeUnused);
          resolve();
        });
      });
    },
    destroy() {
      destroyed = true;
      handshakes?.cut();
      server.closeAllConnections();
    },
  };
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): HubcastError {
  const reason = error.code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be used (${error.message})`;
  return new HubcastError(
    'configuration_invalid',
    `${host}:${port} ${reason}. Choose another PORT or INTERNAL_PORT; 0 takes a free one.`,
    {
      cause: error,
    },
  );
}
