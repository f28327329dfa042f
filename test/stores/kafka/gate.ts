import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** What a client meets: TLS with a certificate, or no TLS where empty. */
export interface Door {
  readonly cert?: string;
  readonly key?: string;
}

/** Stands at the address that a broker advertises, and ends TLS for it, as a load balancer does. */
export function createGate(target: string) {
  const [targetHost = '', targetPort = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let server: Server;

  function serve(client: Socket): void {
    const broker = connect({ host: targetHost, port: Number(targetPort) });
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => [client, broker].map((one) => one.destroy()));
    }
    client.pipe(broker).pipe(client);
  }

  return {
    /** @param port 0 for a free one. @returns the port */
    listen: (port: number, { cert, key }: Door = {}) =>
      new Promise<number>((resolve) => {
        server = cert === undefined ? createServer(serve) : createTlsServer({ cert, key }, serve);
        // Of a socket before its handshake is done.
        server.on('connection', (socket: Socket) => sockets.add(socket));
        server.on('tlsClientError', () => undefined);
        server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
