/** A request that is not HTTP gets one plain answer, and its connection is closed. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ERRORS, type ErrorCode } from '../../core/errors.ts';
import { SAFE_HEADERS } from './answer.ts';
import { countHeader } from './headers.ts';

const CODE: ErrorCode = 'malformed_request';
const BODY = JSON.stringify({ error: { code: CODE, message: ERRORS[CODE].summary } });

const SAFE_LINES = Object.entries(SAFE_HEADERS)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

const STATUS_BY_PARSER_CODE: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);

/**
 * Writes to the socket itself, as there may be no request to answer.
 *
 * @returns whether the sender got an answer
 */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): boolean {
  if (error.code === 'ECONNRESET' || socket.destroyed) {
    socket.destroy();
    return false;
  }
  // An answer that closes the connection is on its way.
  if (socket.writableEnded) return false;
  const status = STATUS_BY_PARSER_CODE.get(error.code ?? '') ?? '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `${SAFE_LINES}` +
      `Content-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
  );
  socket.destroySoon();
  return true;
}

/** Meta's handshake has 200 characters, and no look-up needs more than some hundred. */
const MAX_TARGET_LENGTH = 4096;
/** Meta sends ten, proxies add as many. */
const MAX_HEADERS = 100;
/** Of all header lines together. It is Node's own default, set so that no option of the process changes it. */
export const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Finds what Node lets through, or would answer in a form of its own.
 *
 * @returns the problem of the request's head; undefined if it is valid
 */
export function findMalformed({
  httpVersionMajor,
  httpVersionMinor,
  headers,
  rawHeaders,
  url,
}: IncomingMessage): string | undefined {
  if (httpVersionMajor !== 1) return `HTTP/${httpVersionMajor}.${httpVersionMinor} came; HTTP/1.1 was expected.`;
  // RFC 9112 section 3.2
  if (httpVersionMinor > 0 && headers.host === undefined) return 'The request has no Host header.';
  if (countHeader(rawHeaders, 'host') > 1) return 'The Host header came more than once.';
  // RFC 9112 section 6.1: its framing is faulty, and a proxy in front may have read it otherwise.
  if (httpVersionMinor === 0 && headers['transfer-encoding'] !== undefined) {
    return 'Transfer-Encoding came over HTTP/1.0.';
  }
  if (url === undefined || toOriginForm(url) === undefined) return 'The request target is no path.';
  if (url.length > MAX_TARGET_LENGTH) return `The request target has ${url.length} characters.`;
  // Node drops headers beyond its own limit without a word.
  if (rawHeaders.length > 2 * MAX_HEADERS) return `The request has ${rawHeaders.length / 2} headers.`;
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
