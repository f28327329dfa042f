/**
 * The connections of a listener: which answers each still owes, so that none is cut off and none comes out of turn, and which of
 * them are closed for new ones once there are too many.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /**
   * Keeps a new connection or refuses it. At the limit connections that stand still are closed for it: idle ones first, then
   * those whose only request does not arrive or whose answer is not taken.
   */
  readonly opened: (socket: Socket) => void;
  readonly owes: (socket: Socket, response: ServerResponse) => void;
  /**
   * Runs `act` when every request that arrived whole on this connection is answered: now, if none is open.
   *
   * @param act called with whether a request with an incomplete body remains
   */
  readonly whenSettled: (socket: Socket, act: (isMidRequest: boolean) => void) => void;
  /** Tells every sender that waits for an answer that it is the last one of its connection. */
  readonly announceClose: () => void;
  /** While stopping: closes connections on which nothing moves, those among them that never sent a byte: Node takes them for busy. */
  readonly closeForStop: () => void;
}

/** Plain calls, for metrics. */
export interface ConnectionMeter {
  readonly connectionOpened: () => void;
  readonly connectionClosed: () => void;
  readonly connectionRefused: () => void;
  /** Closed for new ones. */
  readonly connectionsShed: (idle: number, stalled: number) => void;
}

export interface ConnectionsOptions {
  readonly maxConnections: number;
  readonly meter?: ConnectionMeter | undefined;
  /** A monotonic clock in ms. */
  readonly now?: (() => number) | undefined;
}

interface Connection {
  /**
   * In the order the requests came, which is the order their answers leave in; rarely more than one. Not a Set: one that
   * is filled and emptied all the time leaves a chain of tables behind, each holding the answers of its time until a full
   * collection (12 kB a request, measured).
   */
  readonly owed: ServerResponse[];
  onSettled: ((isMidRequest: boolean) => void) | undefined;
  /** What had come when the connection last moved, and when that was. */
  bytesRead: number;
  sinceMs: number;
  /** Its answers were seen to be written and not taken. */
  isAnswered: boolean;
}

/** A connection that sends less than this in `STALLED_MS` is stalled. */
const STEP_BYTES = 4096;
/** Long enough for a lost packet to come again on most ways. */
const STALLED_MS = 250;
/** While stopping there is time: slow senders are waited for longer. */
const STALLED_AT_STOP_MS = 1000;
/** So many connections are closed at once: looking at all of them for each new one would cost more than the new one. */
const CLOSED_AT_ONCE = 0.02;
/** After a look that found too few, so that refusals stay cheap. */
const LOOK_AGAIN_MS = 50;

export function trackConnections(options: ConnectionsOptions): Connections {
  const { maxConnections, meter, now = () => performance.now() } = options;
  const connections = new Map<Socket, Connection>();
  let nextLookMs = Number.NEGATIVE_INFINITY;

  /** An answer to a request whose body broke off is not waited for: it cannot come. */
  function settleIfDue(connection: Connection): void {
    if (connection.onSettled === undefined || connection.owed.some(({ req }) => req.complete)) return;
    const act = connection.onSettled;
    connection.onSettled = undefined;
    act(connection.owed.length > 0);
  }

  /** The connections on which nothing moved for so long, the longest first. None of them waits for this service. */
  function findStalled(nowMs: number, stalledMs: number): [Socket, Connection][] {
    const stalled: [Socket, Connection][] = [];
    for (const [socket, connection] of connections) {
      const { owed } = connection;
      if (owed.some(isUnanswered)) continue;
      const { bytesRead } = socket;
      const isAnswered = owed.length > 0 && owed.every(({ writableEnded }) => writableEnded);
      if (bytesRead >= connection.bytesRead + STEP_BYTES || isAnswered !== connection.isAnswered) {
        connection.bytesRead = bytesRead;
        connection.sinceMs = nowMs;
        connection.isAnswered = isAnswered;
      } else if (nowMs - connection.sinceMs >= stalledMs) stalled.push([socket, connection]);
    }
    return stalled.sort(([, one], [, other]) => one.sinceMs - other.sinceMs);
  }

  function closeStalled(): void {
    const nowMs = now();
    if (nowMs < nextLookMs) return;
    const stalled = findStalled(nowMs, STALLED_MS);
    const idle = stalled.filter(([, { owed }]) => owed.length === 0);
    const busy = stalled.filter(([, { owed }]) => owed.length > 0);
    const most = Math.ceil(maxConnections * CLOSED_AT_ONCE);
    const closed = [...idle, ...busy].slice(0, most);
    for (const [socket] of closed) {
      forget(socket);
      socket.destroy();
    }
    if (closed.length < most) nextLookMs = nowMs + LOOK_AGAIN_MS;
    const closedIdle = Math.min(idle.length, closed.length);
    if (closed.length > 0) meter?.connectionsShed(closedIdle, closed.length - closedIdle);
  }

  function forget(socket: Socket): void {
    if (connections.delete(socket)) meter?.connectionClosed();
  }

  return {
    opened(socket) {
      if (connections.size >= maxConnections) closeStalled();
      if (connections.size >= maxConnections) {
        socket.destroy();
        meter?.connectionRefused();
        return;
      }
      connections.set(socket, { owed: [], onSettled: undefined, bytesRead: 0, sinceMs: now(), isAnswered: false });
      meter?.connectionOpened();
      socket.once('close', () => forget(socket));
    },
    owes(socket, response) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      connection.owed.push(response);
      connection.bytesRead = socket.bytesRead;
      connection.sinceMs = now();
      connection.isAnswered = false;
      // Said once only, and `once` would make two objects more.
      response.on('close', () => {
        connection.owed.splice(connection.owed.indexOf(response), 1);
        settleIfDue(connection);
      });
    },
    whenSettled(socket, act) {
      const connection = connections.get(socket);
      if (connection === undefined) return act(false);
      connection.onSettled = act;
      settleIfDue(connection);
    },
    announceClose() {
      for (const { owed } of connections.values()) {
        const last = owed.at(-1);
        if (last !== undefined && !last.headersSent) last.setHeader('Connection', 'close');
      }
    },
    closeForStop() {
      for (const [socket] of findStalled(now(), STALLED_AT_STOP_MS)) socket.destroy();
    },
  };
}

/** It arrived whole, and its answer is ours to give. */
function isUnanswered({ req, writableEnded }: ServerResponse): boolean {
  return req.complete && !writableEnded;
}
