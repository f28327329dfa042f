/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) for one listener. */
import { HubcastError } from '../../core/errors.ts';
import type { Exchange } from './route.ts';

export interface StreamListener {
  /** @param json one line */
  readonly take: (event: { readonly id: string; readonly type: string; readonly json: string }) => void;
  readonly end: () => void;
}

/** Of one listener. A listener that has more to read is cut, so that the others need not wait. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;
const MAX_STREAMS = 32;
/** Proxies close a connection that is silent for longer. */
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 2_000;

const open = new WeakMap<object, number>();

/**
 * @param isStillAllowed asked before each write: a stream ends once its token is revoked
 * @throws HubcastError `overloaded`
 */
export function streamEvents(
  { request, response, isStillAllowed }: Pick<Exchange, 'request' | 'response' | 'isStillAllowed'>,
  subscribe: (listener: StreamListener) => () => void,
): void {
  const streams = open.get(request.app) ?? 0;
  if (streams >= MAX_STREAMS) throw new HubcastError('overloaded', `${streams} streams are open.`);
  const headers = {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  };
  if (request.method === 'HEAD') {
    response.writeHead(200, headers).end();
    return;
  }
  open.set(request.app, streams + 1);
  const write = (text: string) => {
    if (response.writableLength > MAX_UNREAD_BYTES || !isStillAllowed()) response.destroy();
    else response.write(text);
  };
  const unsubscribe = subscribe({
    take: ({ id, type, json }) => write(`id: ${oneLine(id)}\nevent: ${oneLine(type)}\ndata: ${json}\n\n`),
    end: () => response.end(),
  });
  const heartbeat = setInterval(write, HEARTBEAT_MS, ':\n\n');
  response.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
    open.set(request.app, (open.get(request.app) ?? 1) - 1);
  });
  response.writeHead(200, headers);
  response.write(`retry: ${RETRY_MS}\n\n`);
}

/** Headers of records that others wrote may hold anything. */
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}
