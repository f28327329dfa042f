export interface ResponseExtent {
  readonly status: number;
  /** Bytes of head and body together. */
  readonly byteLength: number;
}

const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Status and extent of the HTTP/1.1 response at the beginning of `bytes`, or null while its head is not complete. It knows as much of HTTP as
 * hubcast's short answers need; a response without Content-Length is an error, for its end could not be told.
 */
export function readResponse(bytes: Buffer, length: number): ResponseExtent | null {
  const text = bytes.toString('latin1', 0, length);
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const declared = CONTENT_LENGTH.exec(text)?.[1];
  if (!text.startsWith('HTTP/1.1 ') || declared === undefined) {
    throw new Error(
      `The server answered ${JSON.stringify(text.slice(0, 200))}; expected an HTTP/1.1 response with Content-Length. Look at what listens there.`,
    );
  }
  return { status: Number(text.slice(9, 12)), byteLength: headEnd + 4 + Number(declared) };
}
