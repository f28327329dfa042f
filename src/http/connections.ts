/** Which answers each connection still owes, so that none is cut off and none comes out of turn. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  readonly opened: (socket: Socket) => void;
  readonly owes: (socket: Socket, response: ServerResponse) => void;
  /** Runs `act` when every request that arrived whole on this connection is answered: now, if none is open. */
  readonly whenSettled: (socket: Socket, act: () => void) => void;
  /** Tells every sender that waits for an answer that it is the last one of its connection. */
  readonly announceClose: () => void;
  /** Cuts connections that never sent a byte. Node counts them as busy, as a request might begin any moment. */
  readonly cutSilent: () => void;
}

interface Connection {
  /**
   * In the order the requests came, which is the order their answers leave in; rarely more than one. Not a Set: one that
   * is filled and emptied all the time leaves a chain of tables behind, each holding the answers of its time until a full
   * collection (12 kB a request, measured).
   */
  readonly owed: ServerResponse[];
  onSettled: (() => void) | undefined;
}

export function trackConnections(): Connections {
  const connections = new Map<Socket, Connection>();

  /** An answer to a request whose body broke off is not waited for: it cannot come. */
  function settleIfDue(connection: Connection): void {
    if (connection.onSettled === undefined || connection.owed.some(({ req }) => req.complete)) return;
    const act = connection.onSettled;
    connection.onSettled = undefined;
    act();
  }

  return {
    opened(socket) {
      connections.set(socket, { owed: [], onSettled: undefined });
      socket.once('close', () => connections.delete(socket));
    },
    owes(socket, response) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      connection.owed.push(response);
      response.once('close', () => {
        connection.owed.splice(connection.owed.indexOf(response), 1);
        settleIfDue(connection);
      });
    },
    whenSettled(socket, act) {
      const connection = connections.get(socket);
      if (connection === undefined) return act();
      connection.onSettled = act;
      settleIfDue(connection);
    },
    announceClose() {
      for (const { owed } of connections.values()) {
        const last = owed.at(-1);
        if (last !== undefined && !last.headersSent) last.setHeader('Connection', 'close');
      }
    },
    cutSilent() {
      for (const socket of connections.keys()) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}
