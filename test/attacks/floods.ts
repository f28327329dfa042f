/** Floods of a sender without the App Secret. Each is bounded in connections and in new heads a second, and ends with `stop`. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { signatureOf } from '../support/signed-request.ts';

export interface FloodOptions {
  readonly connections: number;
  /** New connections a second in place of those the service ended: what keeps a flood as cheap as it is described. */
  readonly connectionsPerSecond: number;
  /** The same until all connections are open for the first time. */
  readonly fillPerSecond?: number;
}

export interface Flood {
  readonly open: () => number;
  /** Connections the service has ended so far. */
  readonly ended: () => number;
  readonly sentBytes: () => number;
  readonly stop: () => void;
}

const FORGED = `X-Hub-Signature-256: sha256=${'0'.repeat(64)}\r\n`;
const TICK_MS = 20;

/** A forged body of two bytes: the second comes `holdMs` after the first, again and again on the same connection. */
export function holdBodies(url: string, options: FloodOptions & { readonly holdMs: number }): Flood {
  const begin = `POST /webhook HTTP/1.1\r\nHost: h\r\n${FORGED}Content-Length: 2\r\n\r\na`;
  return flood(url, options, (socket, write) => {
    let holding: NodeJS.Timeout;
    const hold = () => {
      write(begin);
      holding = setTimeout(() => write('b'), options.holdMs);
    };
    // An answer is small enough to come in one piece.
    socket.on('data', hold);
    socket.once('close', () => clearTimeout(holding));
    hold();
  });
}

/** A head that announces a body, and then nothing. */
export function holdHeads(url: string, options: FloodOptions): Flood {
  return flood(url, options, (socket, write) => {
    write(`POST /webhook HTTP/1.1\r\nHost: h\r\n${FORGED}Content-Length: 1000\r\n\r\n`);
    socket.resume();
  });
}

function flood(
  url: string,
  { connections, connectionsPerSecond, fillPerSecond = connectionsPerSecond }: FloodOptions,
  act: (socket: Socket, write: (text: string) => void) => void,
): Flood {
  const { hostname: host, port } = new URL(url);
  const sockets = new Set<Socket>();
  let open = 0;
  let ended = 0;
  let sentBytes = 0;
  let allowed = 0;
  let perSecond = fillPerSecond;

  const timer = setInterval(() => {
    if (sockets.size === connections) perSecond = connectionsPerSecond;
    allowed = Math.min(perSecond, allowed + (perSecond * TICK_MS) / 1000);
    for (; allowed >= 1 && sockets.size < connections; allowed -= 1) begin();
  }, TICK_MS);

  function begin(): void {
    const socket = connect({ host, port: Number(port), noDelay: true });
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      open += 1;
      socket.once('close', () => {
        open -= 1;
        ended += 1;
      });
      act(socket, (text) => {
        sentBytes += text.length;
        socket.write(text);
      });
    });
    socket.once('close', () => sockets.delete(socket));
  }

  return {
    open: () => open,
    ended: () => ended,
    sentBytes: () => sentBytes,
    stop() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Signed POSTs beside a flood, each on a new connection, and what came of them. */
export async function postBeside(
  url: string,
  { count, perSecond, bodyOf, secret }: PostOptions,
): Promise<ReadonlyMap<Outcome, number>> {
  const { hostname: host, port } = new URL(url);
  const outcomes = new Map<Outcome, number>();
  const posts: Promise<void>[] = [];
  for (let number = 0; number < count; number += 1) {
    const body = bodyOf(number);
    const head = `POST /webhook HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Hub-Signature-256: ${signatureOf(body, secret)}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    posts.push(
      post(host, Number(port), head + body).then((outcome) => {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }),
    );
    await sleep(1000 / perSecond);
  }
  await Promise.all(posts);
  return outcomes;
}

export interface PostOptions {
  readonly count: number;
  readonly perSecond: number;
  readonly bodyOf: (number: number) => string;
  readonly secret?: string;
}

/** The answer's status, or what happened in its place. */
export type Outcome = number | 'closed' | 'timed out';

const POST_TIMEOUT_MS = 10_000;

function post(host: string, port: number, request: string): Promise<Outcome> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host, port, noDelay: true });
    socket.setTimeout(POST_TIMEOUT_MS, () => {
      resolve('timed out');
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      received += piece;
    });
    socket.once('close', () => resolve(received.startsWith('HTTP/1.1 ') ? Number(received.slice(9, 12)) : 'closed'));
    socket.write(request);
  });
}
