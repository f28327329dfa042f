/** How this service answers: plain text for the challenge, `{"error":{"code","message"}}` for refusals. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { ERRORS, HubcastError, isHubcastError, messageOf } from '../errors.ts';

const RETRY_AFTER_SECONDS = 2;

/** Anything thrown, as an error of the table; what is not in the table is `internal`. */
export function toHubcastError(error: unknown): HubcastError {
  return isHubcastError(error) ? error : new HubcastError('internal', messageOf(error), { cause: error });
}

/** Nothing of the request is reflected, and the diagnosis stays in the log. */
export function sendError(response: Response, { code, kind, retryAfterMs, details }: HubcastError): void {
  if (kind.status === 503) {
    const seconds = retryAfterMs === undefined ? RETRY_AFTER_SECONDS : Math.max(1, Math.ceil(retryAfterMs / 1000));
    response.setHeader('Retry-After', String(seconds));
  }
  sendJson(response, kind.status, { error: { code, message: ERRORS[code].summary, ...(details && { details }) } });
}

/** Not `response.json`: no ETag, so `If-None-Match` cannot turn an answer into a 304. */
export function sendJson(response: Response, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(bytes);
}

/** When and from where it came is not what it says. */
const NOT_CONTENT = /"(?:fetched_at|checked_at|source)":"[^"]*",?/g;

/** An answer that may be asked again: 304 while what it says is the same (RFC 9110, 8.8.1 and 13.1.2: a weak ETag). */
export function sendRevalidated(request: Request, response: Response, body: object): void {
  const text = JSON.stringify(body);
  const etag = `W/"${createHash('sha1').update(text.replace(NOT_CONTENT, '')).digest('base64url')}"`;
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim());
  const headers = { ETag: etag, 'Cache-Control': 'private, no-cache', 'X-Content-Type-Options': 'nosniff' };
  if (known !== undefined && (known.includes(etag) || known.includes('*'))) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const bytes = Buffer.from(text);
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': bytes.length,
  });
  response.end(bytes);
}

/** Answers before the body was read, and closes the connection: nothing more is read from this sender. */
export function sendErrorUnread(response: Response, error: HubcastError): void {
  response.setHeader('Connection', 'close');
  sendError(response, error);
}
