/** How this service answers: plain text for the challenge, `{"error":{"code","message"}}` for refusals. */
import type { Response } from 'express';
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

/** Answers before the body was read, and closes the connection: nothing more is read from this sender. */
export function sendErrorUnread(response: Response, error: HubcastError): void {
  response.setHeader('Connection', 'close');
  sendError(response, error);
}
