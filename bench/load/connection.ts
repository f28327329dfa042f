import { connect as connectSocket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readResponse } from './response.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Over TLS, by a certificate of this authority (PEM). */
  readonly ca?: string;
}

/** A keep-alive connection with at most one request in flight. */
export interface Connection {
  readonly send: (request: Buffer) => void;
  readonly close: () => void;
}

export interface ConnectionEvents {
  readonly onAnswer: (status: number) => void;
  /** The connection is gone, by the other side or by an error; never called after `close`. */
  readonly onLost: (reason: Error) => void;
  /** The other side sent what is no answer; the connection is of no use after it. */
  readonly onUnreadable: (reason: Error) => void;
}

const READ_BUFFER_BYTES = 4096;

export function connect(target: Target, events: ConnectionEvents): Promise<Connection> {
  let partial: Buffer | null = null;
  let open = false;
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();

  const onBytes = (received: number, buffer: Buffer): void => {
    const bytes: Buffer = partial === null ? buffer : Buffer.concat([partial, buffer.subarray(0, received)]);
    const length = partial === null ? received : bytes.length;
    const response = readResponse(bytes, length);
    if (response === null || response.byteLength > length) {
      partial = Buffer.from(bytes.subarray(0, length));
      return;
    }
    partial = null;
    events.onAnswer(response.status);
  };
  // One buffer for all reads of the connection: the stream layer above it costs as much as the read.
  const options = {
    ...target,
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(READ_BUFFER_BYTES),
      callback: (received: number, bytes: Uint8Array) => {
        try {
          onBytes(received, bytes as Buffer);
        } catch (error) {
          events.onUnreadable(error as Error);
          socket.destroy();
        }
        return true;
      },
    },
  };
  const socket = target.ca === undefined ? connectSocket(options) : connectTls(options);
  const lose = (reason: Error): void => {
    if (open) events.onLost(reason);
    else reject(reason);
    open = false;
  };
  socket.once(target.ca === undefined ? 'connect' : 'secureConnect', () => {
    open = true;
    resolve({
      send: (request) => void socket.write(request),
      close: () => {
        open = false;
        socket.destroy();
      },
    });
  });
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.once('close', () => lose(failure ?? new Error('The server closed the connection.')));
  return promise;
}
