/**
 * Captured requests in a store. One that was larger than its topic takes lies in numbered chunks among the dead letters,
 * and is put together again.
 */
import { rawRequest } from '../events/system/raw-request.ts';
import { joinChunks, readChunk } from '../records/chunk.ts';
import type { StoredRecord } from '../records/record.ts';
import { createDedupeCache } from '../stores/dedupe-cache.ts';
import { type CapturedRequest, toCapturedRequest } from './captured-request.ts';

export interface ReadCaptures {
  readonly requests: AsyncIterable<CapturedRequest>;
  /** So far. */
  readonly counts: () => CaptureCounts;
}

export interface CaptureCounts {
  /** Put together from chunks: they come when their last chunk does, not in the order of the others. */
  readonly joined: number;
  /** Of which chunks are missing: removed by age, or stored outside of the time asked for. */
  readonly incomplete: number;
  /** Records of the topic raw that are no captured request. */
  readonly foreign: number;
}

/** Chunks wait for the others of their request; those of a request come together, so few are waiting at once. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;
const MAX_DONE = 10_000;
/** Dead letters of anything else are not parsed. */
const CAPTURE_MARK = `"event_type":"${rawRequest.type}"`;

/** @param records of the topics raw and dead-letter */
export function readCaptures(records: AsyncIterable<StoredRecord>, rawTopics: ReadonlySet<string>): ReadCaptures {
  const waiting = new Map<string, Chunks>();
  /** A write with an unknown outcome was repeated and left its chunks twice. */
  const done = createDedupeCache(MAX_DONE);
  let waitingBytes = 0;
  let joined = 0;
  let dropped = 0;
  let foreign = 0;

  async function* requests(): AsyncGenerator<CapturedRequest> {
    for await (const record of records) {
      if (rawTopics.has(record.topic)) {
        const request = toCapturedRequest(record);
        if (request === null) foreign += 1;
        else yield request;
        continue;
      }
      const value = takeChunk(record);
      const request = value === null ? null : toCapturedRequest({ value });
      if (request === null) continue;
      joined += 1;
      yield request;
    }
  }

  /** @returns the value of the record that this chunk completes, or null */
  function takeChunk(record: StoredRecord): string | null {
    const chunk = record.value.includes(CAPTURE_MARK) ? readChunk(record.value) : null;
    if (chunk === null || chunk.eventType !== rawRequest.type || done.has(chunk.eventId)) return null;
    const chunks = waiting.get(chunk.eventId) ?? { count: chunk.count, bytes: 0, byNumber: new Map() };
    if (chunks.byNumber.has(chunk.number) || chunks.count !== chunk.count) return null;
    chunks.byNumber.set(chunk.number, chunk.bytes);
    chunks.bytes += chunk.bytes.length;
    waitingBytes += chunk.bytes.length;
    waiting.set(chunk.eventId, chunks);
    if (chunks.byNumber.size < chunks.count) {
      while (waitingBytes > MAX_WAITING_BYTES) dropOldest();
      return null;
    }
    forget(chunk.eventId, chunks);
    done.add(chunk.eventId);
    return joinChunks(chunks.byNumber);
  }

  function dropOldest(): void {
    const [oldest] = waiting;
    if (oldest === undefined) return;
    forget(...oldest);
    dropped += 1;
  }

  function forget(eventId: string, chunks: Chunks): void {
    waiting.delete(eventId);
    waitingBytes -= chunks.bytes;
  }

  return { requests: requests(), counts: () => ({ joined, incomplete: dropped + waiting.size, foreign }) };
}

interface Chunks {
  readonly count: number;
  bytes: number;
  readonly byNumber: Map<number, Uint8Array>;
}
