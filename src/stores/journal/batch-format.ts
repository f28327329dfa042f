/**
 * A batch: records that were stored together, as one blob. Written by the main thread, stored by the worker without a
 * look at what is in it, read by readers. All numbers are little-endian, all text is UTF-8:
 *
 *     u8 format (1) · u16 number of topics · per topic: u16 bytes, name · then, up to the end, one frame per record:
 *     u32 bytes of the whole frame · u32 offset within the batch · f64 timestamp in ms · u16 topic ·
 *     i32 bytes of the key, -1 for null · u32 bytes of the headers · key · headers as a JSON object · value
 */
import { HubcastError } from '../../core/errors.ts';
import type { StoredRecord } from '../../records/record.ts';

const FORMAT = 1;
const TOPICS_AT = 3;
const TOPIC_HEAD_BYTES = 2;
export const FRAME_HEAD_BYTES = 26;
const NO_KEY = -1;

/** Writes the head of a batch at `at`; gives back where the first frame goes. */
export function writeHead(bytes: Buffer, at: number, topics: readonly string[]): number {
  bytes[at] = FORMAT;
  bytes.writeUInt16LE(topics.length, at + 1);
  let end = at + TOPICS_AT;
  for (const topic of topics) {
    const length = bytes.write(topic, end + TOPIC_HEAD_BYTES, 'utf8');
    bytes.writeUInt16LE(length, end);
    end += TOPIC_HEAD_BYTES + length;
  }
  return end;
}

/** SpaceGuard that `writeHead` needs at most. */
export function headBound(topics: readonly string[]): number {
  return topics.reduce((sum, topic) => sum + TOPIC_HEAD_BYTES + 3 * topic.length, TOPICS_AT);
}

export interface Frame {
  /** Counted from the batch's first offset. */
  readonly offset: number;
  readonly timestampMs: number;
  /** Position among the batch's topics. */
  readonly topic: number;
  readonly key: string | null;
  readonly headersJson: string;
  readonly value: string;
}

/** @param view of the same memory as `bytes`: its setters are inlined, Buffer's are not */
export function writeFrame(bytes: Buffer, view: DataView, at: number, frame: Frame): number {
  const { key } = frame;
  const keyAt = at + FRAME_HEAD_BYTES;
  const keyBytes = key === null ? 0 : bytes.write(key, keyAt, 'utf8');
  const headersBytes = bytes.write(frame.headersJson, keyAt + keyBytes, 'utf8');
  const valueAt = keyAt + keyBytes + headersBytes;
  const end = valueAt + bytes.write(frame.value, valueAt, 'utf8');
  view.setUint32(at, end - at, true);
  view.setUint32(at + 4, frame.offset, true);
  view.setFloat64(at + 8, frame.timestampMs, true);
  view.setUint16(at + 16, frame.topic, true);
  view.setInt32(at + 18, key === null ? NO_KEY : keyBytes, true);
  view.setUint32(at + 22, headersBytes, true);
  return end;
}

/** A batch opened for reading. Frames are named by where they begin. */
export interface Batch {
  readonly topics: readonly string[];
  readonly frames: readonly number[];
  readonly offset: (frame: number) => number;
  readonly timestampMs: (frame: number) => number;
  readonly topic: (frame: number) => string;
  readonly record: (frame: number, firstOffset: number) => StoredRecord;
}

export function openBatch(blob: Uint8Array): Batch {
  const bytes = asBuffer(blob);
  if (bytes[0] !== FORMAT) {
    throw new HubcastError(
      'store_incompatible',
      `A batch of the journal has format ${bytes[0]}; this hubcast reads format ${FORMAT}.`,
    );
  }
  const topics: string[] = [];
  let at = TOPICS_AT;
  for (let left = bytes.readUInt16LE(1); left > 0; left -= 1) {
    const end = at + TOPIC_HEAD_BYTES + bytes.readUInt16LE(at);
    topics.push(bytes.toString('utf8', at + TOPIC_HEAD_BYTES, end));
    at = end;
  }
  const frames: number[] = [];
  while (at < bytes.length) {
    const frameBytes = at + FRAME_HEAD_BYTES <= bytes.length ? bytes.readUInt32LE(at) : 0;
    // Damage must not become an endless loop.
    if (frameBytes < FRAME_HEAD_BYTES || at + frameBytes > bytes.length) throw damaged(at);
    frames.push(at);
    at += frameBytes;
  }

  const offset = (frame: number) => bytes.readUInt32LE(frame + 4);
  const timestampMs = (frame: number) => bytes.readDoubleLE(frame + 8);
  const topic = (frame: number) => topics[bytes.readUInt16LE(frame + 16)] ?? '';

  return {
    topics,
    frames,
    offset,
    timestampMs,
    topic,
    record(frame, firstOffset) {
      const keyBytes = bytes.readInt32LE(frame + 18);
      const keyAt = frame + FRAME_HEAD_BYTES;
      const headersAt = keyAt + Math.max(keyBytes, 0);
      const valueAt = headersAt + bytes.readUInt32LE(frame + 22);
      return {
        topic: topic(frame),
        partition: 0,
        offset: String(firstOffset + offset(frame)),
        key: keyBytes === NO_KEY ? null : bytes.toString('utf8', keyAt, headersAt),
        headers: JSON.parse(bytes.toString('utf8', headersAt, valueAt)) as Record<string, string>,
        value: bytes.toString('utf8', valueAt, frame + bytes.readUInt32LE(frame)),
        timestampMs: timestampMs(frame),
      };
    },
  };
}

/** The same batch with only the frames that `keep` chooses, offsets unchanged; undefined when there are none. */
export function keepFrames(
  blob: Uint8Array,
  keep: (frame: number, batch: Batch, index: number) => boolean,
): KeptBatch | undefined {
  const bytes = asBuffer(blob);
  const batch = openBatch(blob);
  const kept = batch.frames.filter((frame, index) => keep(frame, batch, index));
  const [first] = batch.frames;
  if (kept.length === 0 || first === undefined) return undefined;
  const times = kept.map(batch.timestampMs);
  return {
    blob: Buffer.concat([
      bytes.subarray(0, first),
      ...kept.map((frame) => bytes.subarray(frame, frame + bytes.readUInt32LE(frame))),
    ]),
    count: kept.length,
    topics: [...new Set(kept.map(batch.topic))],
    minMs: times.reduce((a, b) => Math.min(a, b)),
    maxMs: times.reduce((a, b) => Math.max(a, b)),
  };
}

/** What the table says about a batch beside its blob. */
export interface BatchFacts {
  readonly count: number;
  readonly topics: readonly string[];
  readonly minMs: number;
  readonly maxMs: number;
}

export interface KeptBatch extends BatchFacts {
  readonly blob: Uint8Array;
}

function damaged(at: number): HubcastError {
  return new HubcastError('store_unavailable', `A batch of the journal is damaged at its byte ${at}.`);
}

function asBuffer(blob: Uint8Array): Buffer {
  return Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
}
