import type { IncomingMessage, ServerResponse } from 'node:http';
import getRawBody from 'raw-body';
import { HubcastError, messageOf } from '../errors.ts';

/**
 * @returns the declared length of the body, null when it comes in chunks
 * @throws HubcastError `body_too_large`, before a byte of it is read
 */
export function declaredLength(request: IncomingMessage, maxBodyBytes: number): number | null {
  const header = request.headers['content-length'];
  if (header === undefined) return null;
  const length = Number(header);
  if (length > maxBodyBytes) {
    throw new HubcastError('body_too_large', `${header} bytes were declared; MAX_BODY_BYTES is ${maxBodyBytes}.`);
  }
  return length;
}

/**
 * The body's bytes as received, whatever `Content-Encoding` says: they are what Meta signed.
 *
 * @throws HubcastError `body_too_large` or `body_incomplete`
 */
export async function readBodyBytes(
  request: IncomingMessage,
  response: ServerResponse,
  length: number | null,
  maxBodyBytes: number,
): Promise<Buffer> {
  if (request.headers.expect !== undefined) response.writeContinue();
  try {
    return await getRawBody(request, { length, limit: maxBodyBytes });
  } catch (error) {
    if (typeOf(error) === 'entity.too.large') {
      throw new HubcastError('body_too_large', `More than MAX_BODY_BYTES (${maxBodyBytes}) came.`, { cause: error });
    }
    throw new HubcastError('body_incomplete', `The body did not arrive whole: ${messageOf(error)}.`, { cause: error });
  }
}

function typeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
}
