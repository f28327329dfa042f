/** A client that writes whatever it is told to, and reads answers as they come. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawClient {
  readonly socket: Socket;
  /** Resolves when the bytes are with the kernel, or the connection is gone. */
  readonly write: (bytes: string | Buffer) => Promise<void>;
  /** Everything received so far. */
  readonly received: () => string;
  /** Waits for the next whole answer; interim ones (1xx) count. */
  readonly answer: (withinMs?: number) => Promise<RawAnswer>;
  /** Waits for the server's end. Resolves to whether it came. */
  readonly closed: (withinMs?: number) => Promise<boolean>;
  readonly destroy: () => void;
}

const POLL_MS = 5;

export async function openRaw(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: false });
  let received = '';
  let read = 0;
  let ended = false;
  socket.on('data', (piece) => {
    received += piece.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('end', () => {
    ended = true;
  });
  socket.on('close', () => {
    ended = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });

  async function until(reached: () => boolean, withinMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + withinMs;
    while (!reached()) {
      if (performance.now() > deadlineMs) return false;
      await sleep(POLL_MS);
    }
    return true;
  }

  return {
    socket,
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    received: () => received,
    async answer(withinMs = 5000) {
      let found: ReturnType<typeof parseAnswer>;
      const came = await until(() => {
        found = parseAnswer(received.slice(read));
        return found !== undefined || ended;
      }, withinMs);
      if (found === undefined) {
        throw new Error(`no answer ${came ? 'before the end' : `in ${withinMs} ms`}: ${JSON.stringify(received)}`);
      }
      read += found.length;
      return found.answer;
    },
    closed: (withinMs = 5000) => until(() => ended, withinMs),
    destroy: () => socket.destroy(),
  };
}

/** One request on a connection of its own: its first answer, and whether the server then closed. */
export async function askRaw(url: string, request: string | Buffer, closeWithinMs = 1000) {
  const client = await openRaw(url);
  try {
    await client.write(request);
    const answer = await client.answer();
    return { answer, closed: await client.closed(closeWithinMs), received: client.received() };
  } finally {
    client.destroy();
  }
}

/** A head as text, with a Host. */
export function head(requestLine: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const lines = Object.entries({ Host: 'hubcast.test', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${requestLine}\r\n${lines.join('')}\r\n`;
}

function parseAnswer(text: string): { readonly answer: RawAnswer; readonly length: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) headers[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 2);
  const bodyLength = Number(headers['content-length'] ?? 0);
  const length = headEnd + 4 + bodyLength;
  if (text.length < length) return undefined;
  return {
    answer: { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(headEnd + 4, length) },
    length,
  };
}
