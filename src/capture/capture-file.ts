/**
 * A capture file: one line of JSON for each request, in the order they were stored. Each line is complete, so that
 * files can be cut, filtered and joined with the usual tools.
 */
import * as z from 'zod';
import { fromBase64 } from '../records/chunk.ts';
import type { CapturedRequest } from './captured-request.ts';

export const CAPTURE_SCHEMA = 'urn:hubcast:capture:1';

export const captureLine = z
  .looseObject({
    schema: z.literal(CAPTURE_SCHEMA),
    receivedtime: z.iso.datetime().meta({ description: 'When the POST arrived' }),
    deliveryid: z.uuid().meta({ description: "Id of the POST, as in its events' deliveryid" }),
    app: z.string().meta({ description: 'Which Meta app it was sent to' }),
    redacted: z.boolean().meta({ description: 'People were replaced by pseudonyms' }),
    headers: z
      .record(z.string(), z.string())
      .meta({ description: 'Of the request, names in lower case; no signature' }),
    body_base64: z
      .string()
      .meta({ description: 'The body, byte for byte', contentEncoding: 'base64', 'x-pii': 'unknown' }),
  })
  .meta({
    description:
      'A line of a capture file: a request as Meta sent it. Lines end with a line feed. Readers ignore members they do not know.',
  });

export function toCaptureLine(
  { receivedMs, deliveryId, app, headers, body }: CapturedRequest,
  redacted: boolean,
): string {
  const line: z.output<typeof captureLine> = {
    schema: CAPTURE_SCHEMA,
    receivedtime: new Date(receivedMs).toISOString(),
    deliveryid: deliveryId,
    app,
    redacted,
    headers: { ...headers },
    body_base64: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
  };
  return `${JSON.stringify(line)}\n`;
}

export type ReadLine =
  | { readonly line: number; readonly request: CapturedRequest }
  /** Truncated, edited, or no capture file at all. */
  | { readonly line: number; readonly problem: string };

/** A body of the largest MAX_BODY_BYTES in base64, and the members beside it. */
const MAX_LINE_BYTES = 96 * 1024 * 1024;

/** Reads line by line, whatever the size of the file; no line is skipped but empty ones. */
export async function* readCaptureLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<ReadLine> {
  for await (const { number: line, text, complete } of splitLines(source)) {
    if (text === null) yield { line, problem: `is longer than ${MAX_LINE_BYTES} bytes; no request is` };
    else if (text.trim() !== '') yield { line, ...readLine(text, complete) };
  }
}

function readLine(text: string, complete: boolean): { request: CapturedRequest } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: complete ? 'is not JSON' : 'is not JSON and has no end: the file is cut off here' };
  }
  const { data, error } = captureLine.safeParse(value);
  if (data === undefined) {
    const [issue] = error.issues;
    return {
      problem: `is no line of a capture file (${CAPTURE_SCHEMA}): ${issue?.path.join('.') || 'the line'}: ${issue?.message}`,
    };
  }
  const body = fromBase64(data.body_base64);
  if (body === null) return { problem: 'has a body_base64 that is not base64' };
  const { receivedtime, deliveryid, app, headers } = data;
  return { request: { receivedMs: Date.parse(receivedtime), deliveryId: deliveryid, app, headers, body } };
}

interface Line {
  readonly number: number;
  /** Null when it is too long to be kept. */
  readonly text: string | null;
  /** Ends with a line feed. */
  readonly complete: boolean;
}

const LINE_FEED = 0x0a;

async function* splitLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 1;
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  const keep = (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes > MAX_LINE_BYTES) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };
  const take = (complete: boolean): Line => {
    const line = { number, text: bytes > MAX_LINE_BYTES ? null : Buffer.concat(pieces).toString('utf8'), complete };
    number += 1;
    pieces = [];
    bytes = 0;
    return line;
  };
  for await (const chunk of source) {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      keep(chunk.subarray(from, to));
      yield take(true);
      from = to + 1;
    }
    keep(chunk.subarray(from));
  }
  if (bytes > 0) yield take(false);
}
