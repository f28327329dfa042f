/** What is not HTTP gets one plain answer and no more of our time. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ERRORS, type ErrorCode } from '../errors.ts';

const CODE: ErrorCode = 'malformed_request';
const BODY = JSON.stringify({ error: { code: CODE, message: ERRORS[CODE].summary } });

const STATUS_BY_PARSER_CODE: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/** Writes to the socket itself, as there may be no request to answer. */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) {
    socket.destroy();
    return;
  }
  // An answer that closes the connection is on its way.
  if (socket.writableEnded) return;
  const status = STATUS_BY_PARSER_CODE.get(error.code ?? '') ?? '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n` +
      `Content-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
  );
  socket.destroySoon();
}

/**
 * What Node lets through or answers in a form of its own.
 *
 * @returns what is wrong with the request's head, undefined when nothing is
 */
export function findMalformed({
  httpVersionMajor,
  httpVersionMinor,
  headers,
  url,
}: IncomingMessage): string | undefined {
  if (httpVersionMajor !== 1) return `HTTP/${httpVersionMajor}.${httpVersionMinor} came; HTTP/1.1 was expected.`;
  // RFC 9112 section 3.2
  if (httpVersionMinor > 0 && headers.host === undefined) return 'The request has no Host header.';
  if (url === undefined || toOriginForm(url) === undefined) return 'The request target is no path.';
  return undefined;
}

const ABSOLUTE_FORM = /^https?:\/\/[^/?#]*/i;

/**
 * RFC 9112 section 3.2: servers take the absolute form too. Express would hand it to `url.parse`, which throws on some
 * targets and warns on others.
 */
export function toOriginForm(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  if (target === '*') return '/*';
  const rest = ABSOLUTE_FORM.test(target) ? target.replace(ABSOLUTE_FORM, '') : undefined;
  return rest === undefined || rest.startsWith('/') ? rest : `/${rest}`;
}
