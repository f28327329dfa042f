/**
 * kafkajs encodes a record with a zeroed buffer of 512 bytes for it and for each header, grown by copying, and a Buffer
 * for each varint: for our records about 30 allocations and 6 kB each. This encodes the same bytes into one buffer of
 * the right size (Kafka protocol: message format, Record). It replaces kafkajs' function before its first use.
 */
import { createRequire } from 'node:module';
import Encoder from 'kafkajs/src/protocol/encoder.js';

/** What kafkajs hands to its record encoder. */
interface RecordFields {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Length, attributes, three varints of up to 5 bytes, one of up to 10. */
const FIXED_BYTES = 32;
const VARINT_BYTES = 5;

export function encodeRecord({ offsetDelta = 0, timestampDelta = 0, key, value, headers = {} }: RecordFields): Encoder {
  const names = Object.keys(headers);
  let capacity = FIXED_BYTES + capacityOf(key) + capacityOf(value);
  for (const name of names) capacity += capacityOf(name) + capacityOf(headers[name]);
  const buffer = Buffer.allocUnsafe(capacity);

  // Writes the body first and leaves space before it for its length, which is known only afterwards.
  let at = VARINT_BYTES;
  buffer[at++] = 0;
  at = writeVarlong(buffer, at, timestampDelta);
  at = writeVarint(buffer, at, offsetDelta);
  at = writeBytes(buffer, at, key);
  at = writeBytes(buffer, at, value);
  at = writeVarint(buffer, at, names.length);
  for (const name of names) {
    at = writeBytes(buffer, at, name);
    at = writeBytes(buffer, at, headers[name]);
  }
  const bodyBytes = at - VARINT_BYTES;
  const lengthBytes = varintBytes(bodyBytes);
  const start = VARINT_BYTES - lengthBytes;
  writeVarint(buffer, start, bodyBytes);

  return toEncoder(buffer.subarray(start, at));
}

/** Bytes in the shape that kafkajs expects. */
export function toEncoder(bytes: Buffer): Encoder {
  const encoder = new Encoder(0);
  encoder.buf = bytes;
  encoder.offset = bytes.length;
  return encoder;
}

function capacityOf(bytes: string | Buffer | null | undefined): number {
  // A UTF-16 code unit takes at most three bytes in UTF-8.
  if (typeof bytes === 'string')
    return VARINT_BYTES + (bytes.length < 256 ? bytes.length * 3 : Buffer.byteLength(bytes));
  return VARINT_BYTES + (bytes?.length ?? 0);
}

function writeBytes(buffer: Buffer, at: number, bytes: string | Buffer | null | undefined): number {
  if (bytes === null || bytes === undefined) return writeVarint(buffer, at, -1);
  if (typeof bytes !== 'string') {
    const behind = writeVarint(buffer, at, bytes.length);
    return behind + bytes.copy(buffer, behind);
  }
  const behind = writeVarint(buffer, at, bytes.length < 64 ? bytes.length : Buffer.byteLength(bytes));
  const written = buffer.write(bytes, behind);
  // The size of a short text was computed as ASCII.
  if (bytes.length >= 64 || written === bytes.length) return behind + written;
  const again = writeVarint(buffer, at, written);
  return again + buffer.write(bytes, again);
}

/** Zigzag, then seven bits a byte, the lowest first. */
function writeVarint(buffer: Buffer, start: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = start;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

function writeVarlong(buffer: Buffer, start: number, value: number): number {
  if (value === (value | 0)) return writeVarint(buffer, start, value);
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  let at = start;
  while (rest > 0x7fn) {
    buffer[at++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  buffer[at++] = Number(rest);
  return at;
}

function varintBytes(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let bytes = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    bytes += 1;
  }
  return bytes;
}

const require = createRequire(import.meta.url);
const path = require.resolve('kafkajs/src/protocol/recordBatch/record/v0/index.js');
require(path);
const loaded = require.cache[path];
// jest's loader keeps its own copies: there kafkajs encodes, and a test compares the two.
if (loaded !== undefined) loaded.exports = encodeRecord;
