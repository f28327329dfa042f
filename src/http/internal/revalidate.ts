import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** Members that change while the content stays the same. */
const NOT_CONTENT = /"(?:fetched_at|checked_at|source)":"[^"]*",?/g;

/** Answers 304 while the content is the same (RFC 9110, 8.8.1 and 13.1.2: a weak ETag). */
export function sendRevalidated(
  request: Request,
  response: Response,
  body: object,
  { mediaType = 'application/json', cacheControl = 'private, no-cache' } = {},
): void {
  const text = JSON.stringify(body);
  const etag = `W/"${createHash('sha1').update(text.replace(NOT_CONTENT, '')).digest('base64url')}"`;
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim());
  const headers = { ETag: etag, 'Cache-Control': cacheControl };
  if (known !== undefined && (known.includes(etag) || known.includes('*'))) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const bytes = Buffer.from(text);
  response.writeHead(200, {
    ...headers,
    'Content-Type': `${mediaType}; charset=utf-8`,
    'Content-Length': bytes.length,
  });
  response.end(bytes);
}
