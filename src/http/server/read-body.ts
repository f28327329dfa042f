/** From a request to the bytes of its body, without ever holding more than was reserved. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import getRawBody, { type RawBodyError } from 'raw-body';
import { HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';
import { toHubcastError } from './answer.ts';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  /** Called with the size of each piece before it is kept; what it throws ends the reading, and so does calling `end`. */
  readonly reserve: (bytes: number, end: (error: HubcastError) => void) => void;
}

/**
 * Every piece costs some 300 bytes and a microsecond beside its content: three million chunks of one byte would take
 * 750 MB. Bodies that come in pieces smaller than this, on average, are cut.
 */
const SMALLEST_MEAN_PIECE_BYTES = 256;
const FREE_PIECES = 1000;

/**
 * @returns the declared length of the body, null if it is chunked
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
 * @throws HubcastError `body_too_large`, `body_incomplete`, `malformed_request`, or what `reserve` throws
 */
export function readBodyBytes(
  request: IncomingMessage,
  response: ServerResponse,
  length: number | null,
  limits: BodyLimits,
): Promise<Buffer> {
  if (waitsForContinue(request)) response.writeContinue();
  return length === null ? readUntilEnd(request, limits) : readDeclared(request, length, limits.reserve);
}

/** Without raw-body, which does more than this needs: Node gives neither more bytes than were declared nor an end before them. */
function readDeclared(request: IncomingMessage, length: number, reserve: BodyLimits['reserve']): Promise<Buffer> {
  if (length === 0) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let received = 0;
    const end = (error: HubcastError) => {
      // Also when the sender never takes its answer, no byte stays and none is read any more.
      pieces.length = 0;
      request.off('data', keep);
      request.pause();
      reject(error);
    };
    const keep = (piece: Buffer) => {
      received += piece.length;
      try {
        checkPieces(pieces.length + 1, received);
        reserve(piece.length, end);
      } catch (error) {
        return end(toHubcastError(error));
      }
      pieces.push(piece);
    };
    const breakOff = () => {
      if (received < length) end(new HubcastError('body_incomplete', `${received} of ${length} bytes arrived.`));
    };
    request.on('data', keep);
    // Not with the last piece: until here Node counts the request as one that is still read.
    request.on('end', () => {
      const [only] = pieces;
      resolve(pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, length));
      pieces.length = 0;
    });
    request.on('error', breakOff);
    request.on('close', breakOff);
  });
}

function readUntilEnd(request: IncomingMessage, { maxBodyBytes, reserve }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let pieces = 0;
    let received = 0;
    let reading = true;
    /** As if the stream had failed: raw-body lets go of what it kept, also when the sender never takes its answer. */
    const end = (error: HubcastError) => {
      request.off('data', takePiece);
      if (reading) request.emit('error', error);
    };
    const takePiece = (piece: Buffer) => {
      pieces += 1;
      received += piece.length;
      try {
        checkPieces(pieces, received);
        reserve(piece.length, end);
      } catch (error) {
        end(toHubcastError(error));
      }
    };
    request.on('data', takePiece);
    getRawBody(request, { length: null, limit: maxBodyBytes }, (error, body) => {
      reading = false;
      if (error) {
        request.off('data', takePiece);
        reject(isHubcastError(error) ? error : toBodyError(error, maxBodyBytes));
      } else resolve(body);
    });
  });
}

function checkPieces(pieces: number, received: number): void {
  if (pieces <= FREE_PIECES + received / SMALLEST_MEAN_PIECE_BYTES) return;
  throw new HubcastError('malformed_request', `The first ${received} bytes came in ${pieces} pieces.`);
}

function toBodyError(error: RawBodyError, maxBodyBytes: number): HubcastError {
  if (error.type === 'entity.too.large') {
    return new HubcastError('body_too_large', `More than MAX_BODY_BYTES (${maxBodyBytes}) came.`, { cause: error });
  }
  return new HubcastError('body_incomplete', `The body did not arrive whole: ${messageOf(error)}.`, { cause: error });
}

/** RFC 9110 section 10.1.1: an HTTP/1.0 sender does not understand the interim answer. */
function waitsForContinue({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && /^100-continue$/i.test(headers.expect ?? '');
}
