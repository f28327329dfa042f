import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

export interface Sockets {
  readonly factory: ISocketFactory;
  /** Ends every connection at once and refuses new ones. kafkajs itself would wait for the answers of a frozen broker. */
  readonly destroy: () => void;
}

const KEEP_ALIVE_MS = 60_000;

export function createSockets(): Sockets {
  const open = new Set<Socket>();
  let destroyed = false;
  return {
    factory({ host, port, ssl, onConnect }) {
      if (destroyed) throw new Error('this session was given up');
      const socket = ssl
        ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
        : connect({ host, port }, onConnect);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      socket.setNoDelay(true);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    destroy() {
      destroyed = true;
      // With an error, because kafkajs rejects pending requests on 'error' and ignores 'close'.
      for (const socket of open) socket.destroy(new Error('this session was given up'));
    },
  };
}
