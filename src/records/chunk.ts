/** Parts of an event that was too large for its topic, as `refused-record.ts` makes them, and the event again. */
import { isObject } from '../core/is-object.ts';
import type { StoredRecord } from './record.ts';

export interface Chunk {
  readonly eventId: string;
  readonly eventType: string;
  readonly number: number;
  readonly count: number;
  /** Of the event's record; undefined where it was too long to repeat. */
  readonly key: string | null | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Recognizes most dead letters without parsing. */
const MARK = '"part":"chunk"';

/** @returns null for other dead letters and for foreign records, because other programs may write to a topic */
export function readChunk(value: string): Chunk | null {
  if (!value.includes(MARK)) return null;
  const event = parseJson(value);
  const data = isObject(event) && isObject(event.data) ? event.data : {};
  const { chunk, part, body_base64: base64 } = data;
  if (part !== 'chunk' || !isObject(chunk) || typeof base64 !== 'string') return null;
  const { event_id: eventId, event_type: eventType, number, count, key } = chunk;
  const bytes = fromBase64(base64);
  if (typeof eventId !== 'string' || typeof eventType !== 'string' || bytes === null) return null;
  if (!Number.isInteger(number) || !Number.isInteger(count)) return null;
  const keyKept = typeof key === 'string' || key === null ? key : undefined;
  return { eventId, eventType, number: number as number, count: count as number, key: keyKept, bytes };
}

/** @param byNumber the bytes of all chunks of an event */
export function joinChunks(byNumber: ReadonlyMap<number, Uint8Array>): string {
  const inOrder = [...byNumber].toSorted(([one], [other]) => one - other).map(([, bytes]) => bytes);
  return Buffer.concat(inOrder).toString('utf8');
}

/** An event is no larger than its request in base64. */
const MAX_JOINED_BYTES = 256 * 1024 * 1024;

/**
 * @param deadLetters among which the other chunks of the same event are; read only until they are complete
 * @param maxBytes of all chunks together
 * @returns the event, or why it cannot be had
 */
export async function joinFrom(
  chunk: Chunk,
  deadLetters: AsyncIterable<Pick<StoredRecord, 'value'>>,
  maxBytes = MAX_JOINED_BYTES,
): Promise<{ readonly text: string } | { readonly reason: string }> {
  const { eventId, count } = chunk;
  const byNumber = new Map([[chunk.number, chunk.bytes]]);
  let bytes = chunk.bytes.length;
  if (byNumber.size < count) {
    for await (const { value } of deadLetters) {
      const other = value.includes(eventId) ? readChunk(value) : null;
      if (other === null || other.eventId !== eventId || other.count !== count || byNumber.has(other.number)) continue;
      byNumber.set(other.number, other.bytes);
      bytes += other.bytes.length;
      if (bytes > maxBytes) return { reason: `The parts of event ${eventId} have more bytes than any event.` };
      if (byNumber.size === count) break;
    }
  }
  if (byNumber.size === count) return { text: joinChunks(byNumber) };
  return { reason: `Of the ${count} parts of event ${eventId} only ${byNumber.size} are still stored.` };
}

/** @returns null where the text is more, or less, than base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) return null;
  const bytes = Buffer.from(text, 'base64');
  // What is no base64 is left out by Buffer.
  return bytes.length === (text.length / 4) * 3 - padding ? new Uint8Array(bytes) : null;
}

/** Null where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
