/** How this service answers: plain text for the challenge, `{"error":{"code","message"}}` for refusals. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';

const RETRY_AFTER_SECONDS = 2;
const DISCARDED_BYTES = 64 * 1024;

/** Anything thrown, as an error of the table; what is not in the table is `internal`. */
export function toHubcastError(error: unknown): HubcastError {
  return isHubcastError(error) ? error : new HubcastError('internal', messageOf(error), { cause: error });
}

/** The answer repeats no part of the request, and the diagnosis stays in the log. */
export function sendError(response: ServerResponse, { code, kind, retryAfterMs, details }: HubcastError): void {
  if (kind.status === 503) {
    const seconds = retryAfterMs === undefined ? RETRY_AFTER_SECONDS : Math.max(1, Math.ceil(retryAfterMs / 1000));
    response.setHeader('Retry-After', String(seconds));
  }
  sendJson(response, kind.status, { error: { code, message: ERRORS[code].summary, ...(details && { details }) } });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

/** JSON that is text already, with every digit. */
export function sendJsonText(response: ServerResponse, status: number, json: string): void {
  send(response, status, 'application/json', json);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain', text);
}

/** Answers before the body is read and closes the connection without reading more. */
export function sendErrorUnread(response: ServerResponse, error: HubcastError): void {
  response.setHeader('Connection', 'close');
  sendError(response, error);
}

/**
 * Refuses before the body was read. A small one is read to its end and thrown away, as it is on its way already: a new connection
 * would cost both sides more.
 */
export function sendRefusal(response: ServerResponse, error: HubcastError): void {
  const { headers } = response.req;
  const bytes = Number(headers['content-length'] ?? Number.NaN);
  // A client that waits for "100 Continue" may send no body; its next request would then be parsed as the body.
  if (bytes <= DISCARDED_BYTES && headers.expect === undefined) response.setHeader('Connection', 'keep-alive');
  sendError(response, error);
}

/** Nothing here is a page, may be kept, or is to be taken for something else than it says. */
export const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Not Express's `response.send`: no ETag, so `If-None-Match` cannot turn an answer into a 304. */
function send(response: ServerResponse, status: number, mediaType: string, text: string): void {
  // Node would read an unread body to its end, however long it is, to reach the next request.
  if (!response.req.complete && announcesBody(response.req) && !response.hasHeader('Connection'))
    response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Content-Type': `${mediaType}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(text),
    ...SAFE_HEADERS,
  });
  // As text, not as bytes: Node then sends head and body in one write, a third of the cost of a refusal.
  response.end(text);
}

/** RFC 9112 section 6.3 */
function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Express's error for a malformed `%` escape. */
export function isUnreadablePath(error: unknown): boolean {
  return (
    error instanceof URIError ||
    (typeof error === 'object' && error !== null && 'status' in error && error.status === 400)
  );
}
