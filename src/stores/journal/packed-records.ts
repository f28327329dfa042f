/**
 * The records of a group in one piece of memory, which changes threads without being copied and comes back for the next
 * group: strings and objects in a message would be copied one by one, on both threads. For each record a head of
 * HEAD_BYTES, behind all heads the texts of each: key, headers as JSON, value.
 */
import type { OutgoingRecord } from '../../records/record.ts';

export interface PackedRecords {
  readonly memory: ArrayBuffer;
  readonly count: number;
  /** Heads name topics by their place here. */
  readonly topics: readonly string[];
  /** Bytes of all texts. */
  readonly textBytes: number;
}

export const ONCE = 0;
/** Stored whatever is known, and not remembered. */
export const NOT_DEDUPLICATED = 1;
/** Stored whatever is known, and remembered. */
export const REPAIRED = 2;

const ID_BYTES = 16;
/** Where the parts of a head begin, after the dedupe id. */
const AT = { timestampMs: 16, topic: 24, kind: 26, keyBytes: 28, headersBytes: 32, valueBytes: 36 };
const HEAD_BYTES = 40;
const NO_KEY = -1;
const MIN_MEMORY_BYTES = 64 * 1024;
/** Up to this length a text is given the space of its worst case, which is quicker than to count its bytes. */
const SHORT_CHARACTERS = 4096;

/** @param spare memory of an earlier group, used again when it is large enough */
export function packRecords(records: readonly OutgoingRecord[], spare: ArrayBuffer | undefined): PackedRecords {
  const headers = records.map((record) => JSON.stringify(record.headers));
  let bound = records.length * HEAD_BYTES;
  for (const [index, { key, value }] of records.entries())
    bound += textBound(key ?? '') + textBound(headers[index] ?? '') + textBound(value);
  const memory = spare !== undefined && spare.byteLength >= bound ? spare : newMemory(bound);
  const bytes = Buffer.from(memory);
  const view = new DataView(memory);
  const topics: string[] = [];
  let head = 0;
  let at = records.length * HEAD_BYTES;
  const start = at;
  for (const [index, record] of records.entries()) {
    let topic = topics.indexOf(record.topic);
    if (topic === -1) topic = topics.push(record.topic) - 1;
    bytes.write(record.dedupeKey ?? record.id, head, 'hex');
    view.setFloat64(head + AT.timestampMs, record.timestampMs);
    view.setUint16(head + AT.topic, topic);
    view.setUint8(head + AT.kind, record.repeatable ? (record.remembered ? REPAIRED : NOT_DEDUPLICATED) : ONCE);
    const keyBytes = record.key === null ? NO_KEY : bytes.write(record.key, at, 'utf8');
    at += Math.max(0, keyBytes);
    const headersBytes = bytes.write(headers[index] ?? '', at, 'utf8');
    at += headersBytes;
    const valueBytes = bytes.write(record.value, at, 'utf8');
    at += valueBytes;
    view.setInt32(head + AT.keyBytes, keyBytes);
    view.setUint32(head + AT.headersBytes, headersBytes);
    view.setUint32(head + AT.valueBytes, valueBytes);
    head += HEAD_BYTES;
  }
  return { memory, count: records.length, topics, textBytes: at - start };
}

function textBound(text: string): number {
  return text.length <= SHORT_CHARACTERS ? 3 * text.length : Buffer.byteLength(text);
}

/** Without the zeros that a plain ArrayBuffer is filled with, and some larger, so that it fits the next groups too. */
function newMemory(bound: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(Math.max(MIN_MEMORY_BYTES, Math.ceil(1.25 * bound))).buffer;
}

/** A record as the thread of the journal stores it: texts in UTF-8. */
export interface PackedRecord {
  readonly dedupeId: { readonly bytes: Uint8Array; readonly text: string };
  readonly kind: number;
  readonly topic: string;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly headers: Uint8Array;
  readonly value: Uint8Array;
  /** All three. */
  readonly texts: Uint8Array;
}

/** A callback, not a generator: this runs for each record, and a generator costs a microsecond. */
export function unpackRecords({ memory, count, topics }: PackedRecords, use: (record: PackedRecord) => void): void {
  const bytes = new Uint8Array(memory);
  const latin1 = Buffer.from(memory);
  const view = new DataView(memory);
  let at = count * HEAD_BYTES;
  for (let head = 0; head < count * HEAD_BYTES; head += HEAD_BYTES) {
    const keyBytes = view.getInt32(head + AT.keyBytes);
    const headersAt = at + Math.max(0, keyBytes);
    const valueAt = headersAt + view.getUint32(head + AT.headersBytes);
    const end = valueAt + view.getUint32(head + AT.valueBytes);
    use({
      dedupeId: {
        bytes: bytes.subarray(head, head + ID_BYTES),
        text: latin1.toString('latin1', head, head + ID_BYTES),
      },
      kind: view.getUint8(head + AT.kind),
      topic: topics[view.getUint16(head + AT.topic)] ?? '',
      timestampMs: view.getFloat64(head + AT.timestampMs),
      key: keyBytes === NO_KEY ? null : bytes.subarray(at, headersAt),
      headers: bytes.subarray(headersAt, valueAt),
      value: bytes.subarray(valueAt, end),
      texts: bytes.subarray(at, end),
    });
    at = end;
  }
}
