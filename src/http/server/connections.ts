/** Which answers each connection still owes, so that none is cut off and none comes out of turn. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  readonly opened: (socket: Socket) => void;
  /** Whether one more may be opened; closes idle ones for it when there are too many. */
  readonly hasPlace: () => boolean;
  readonly owes: (socket: Socket, response: ServerResponse) => void;
  /** Runs `act` when every request that arrived whole on this connection is answered: now, if none is open. */
  readonly whenSettled: (socket: Socket, act: () => void) => void;
  /** Tells every sender that waits for an answer that it is the last one of its connection. */
  readonly announceClose: () => void;
  /** Cuts connections that never sent a byte. Node counts them as busy, as a request might begin any moment. */
  readonly cutSilent: () => void;
  /**
   * While stopping: cuts connections whose request does not come on. Called now and then, with a monotonic time; who sends less than
   * 4 KiB in a second, and does not come to an end, is not waited for.
   */
  readonly cutParked: (nowMs: number) => void;
}

interface Connection {
  /**
   * In the order the requests came, which is the order their answers leave in; rarely more than one. Not a Set: one that
   * is filled and emptied all the time leaves a chain of tables behind, each holding the answers of its time until a full
   * collection (12 kB a request, measured).
   */
  readonly owed: ServerResponse[];
  onSettled: (() => void) | undefined;
  /** While stopping: what had come, and when that was last enough. */
  progress: { bytesRead: number; sinceMs: number } | undefined;
}

const PARKED_MS = 1000;
const STEP_BYTES = 4096;
/** So many idle connections are closed at once: looking for one each time would cost more than a new connection. */
const CLOSED_AT_ONCE = 0.02;

export function trackConnections(maxConnections = Number.POSITIVE_INFINITY): Connections {
  const connections = new Map<Socket, Connection>();

  /** An answer to a request whose body broke off is not waited for: it cannot come. */
  function settleIfDue(connection: Connection): void {
    if (connection.onSettled === undefined || connection.owed.some(({ req }) => req.complete)) return;
    const act = connection.onSettled;
    connection.onSettled = undefined;
    act();
  }

  /** Those that have no request under way, the oldest first. */
  function closeIdle(count: number): void {
    let left = count;
    for (const [socket, { owed }] of connections) {
      if (left === 0) return;
      if (owed.length > 0) continue;
      left -= 1;
      connections.delete(socket);
      socket.destroy();
    }
  }

  return {
    hasPlace() {
      if (connections.size >= maxConnections) closeIdle(Math.ceil(maxConnections * CLOSED_AT_ONCE));
      return connections.size < maxConnections;
    },
    opened(socket) {
      connections.set(socket, { owed: [], onSettled: undefined, progress: undefined });
      socket.once('close', () => connections.delete(socket));
    },
    owes(socket, response) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      connection.owed.push(response);
      // Said once only, and `once` would make two objects more.
      response.on('close', () => {
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
    cutParked(nowMs) {
      for (const [socket, connection] of connections) {
        // A request that arrived whole waits for the store, and for its answer to be taken.
        if (connection.owed.some(({ req }) => req.complete)) continue;
        const { bytesRead } = socket;
        connection.progress ??= { bytesRead, sinceMs: nowMs };
        const { progress } = connection;
        if (bytesRead >= progress.bytesRead + STEP_BYTES) connection.progress = { bytesRead, sinceMs: nowMs };
        else if (nowMs - progress.sinceMs >= PARKED_MS) socket.destroy();
      }
    },
  };
}
