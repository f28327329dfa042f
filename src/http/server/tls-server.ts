/** What TLS adds to a listener: its context, its time limit, and connections that are not yet ones. */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** PEM texts. With `ca` the client is asked for its certificate; whether it will do is decided for each request. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface ListenerTls {
  readonly first: TlsMaterial;
  /** What is to be used from now on; null while nothing changed. */
  readonly changed: () => TlsMaterial | null;
}

/** For the server and, again, for each change of certificate: what is left out here would go back to Node's default. */
export function contextOf({ cert, key, ca }: TlsMaterial) {
  return { cert, key, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' as const };
}

/** Without an authority of our own nobody is asked: Node's, which are the public ones, would let strangers in. */
export function handshakeOf({ ca }: TlsMaterial, handshakeTimeout: number) {
  return { handshakeTimeout, requestCert: ca !== undefined, rejectUnauthorized: false };
}

/** A server waits for these when it stops, and knows of no way to end them. */
export function trackHandshakes(server: Server): { readonly cut: () => void } {
  const open = new Map<string, Socket>();
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    open.set(name, socket);
    socket.once('close', () => open.delete(name));
  });
  server.on('secureConnection', (socket: TLSSocket) => open.delete(nameOf(socket)));
  // Node hands failed handshakes to `clientError`, where an answer in plain text would go into them.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return {
    cut() {
      for (const socket of open.values()) socket.destroy();
    },
  };
}
