/** What TLS adds to a listener: its context, its time limit, and the handshakes under way. */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** PEM texts. With `ca` the client is asked for its certificate, which is judged for each request. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface ListenerTls {
  readonly first: TlsMaterial;
  /** The material to use from now on; null while it is the same. */
  readonly changed: () => TlsMaterial | null;
}

/** For the server, and for each change of certificate: an option left out here would go back to Node's default. */
export function contextOf({ cert, key, ca }: TlsMaterial) {
  return { cert, key, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' as const };
}

/** Asks for client certificates only with an authority of our own: with Node's public ones any stranger would pass. */
export function handshakeOf({ ca }: TlsMaterial, handshakeTimeout: number) {
  return { handshakeTimeout, requestCert: ca !== undefined, rejectUnauthorized: false };
}

/**
 * Node's server waits for handshakes when it stops and cannot end them; nor does it bound them.
 *
 * @param maxHandshakes beyond it the oldest one is cut: a genuine client needs only two round trips
 */
export function trackHandshakes(server: Server, maxHandshakes: number): { readonly cut: () => void } {
  const open = new Map<string, Socket>();
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    open.set(name, socket);
    const [oldest] = open.size > maxHandshakes ? open.values() : [];
    oldest?.destroy();
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
