/**
 * Turns the records of a group into one piece of memory that changes threads without being copied, and comes back for
 * the next group: strings and objects in a message would be copied one by one, on both threads.
 */
import type { OutgoingRecord } from '../../records/record.ts';
import { type BatchFacts, FRAME_HEAD_BYTES, headBound, writeFrame, writeHead } from './batch-format.ts';

export const ID_BYTES = 16;

/** A batch within the memory of its group. */
export interface PlacedBatch extends BatchFacts {
  readonly start: number;
  readonly end: number;
}

export const ONCE = 0;
/** Stored whatever is remembered, and not remembered. */
export const NOT_DEDUPLICATED = 1;
/** Stored whatever is remembered, and remembered. */
export const REPAIRED = 2;

/** The memory begins with the ids of all records, 16 bytes each, then a byte for each: how its id is looked at. */
export interface EncodedGroup {
  readonly memory: ArrayBuffer;
  readonly batches: readonly PlacedBatch[];
}

/** Beyond this a group goes into several batches: a reader holds one in memory, and a rewrite copies one. */
const BATCH_CHARACTERS = 1024 * 1024;
const MIN_MEMORY_BYTES = 64 * 1024;
/** Up to this length a text is given the room of its worst case, which is quicker than to look at it. */
const SHORT_CHARACTERS = 4096;

interface Draft {
  readonly records: { readonly record: OutgoingRecord; readonly headersJson: string; readonly topic: number }[];
  readonly topics: string[];
  characters: number;
  minMs: number;
  maxMs: number;
}

/** @param spare memory of an earlier group, used again when it is large enough */
export function encodeGroup(records: readonly OutgoingRecord[], spare: ArrayBuffer | undefined): EncodedGroup {
  let bound = records.length * (ID_BYTES + 1 + FRAME_HEAD_BYTES);
  const drafts: Draft[] = [];
  let draft: Draft | undefined;
  for (const record of records) {
    if (draft === undefined || draft.characters > BATCH_CHARACTERS) {
      draft = { records: [], topics: [], characters: 0, minMs: record.timestampMs, maxMs: record.timestampMs };
      drafts.push(draft);
    }
    const headersJson = JSON.stringify(record.headers);
    let topic = draft.topics.indexOf(record.topic);
    if (topic === -1) topic = draft.topics.push(record.topic) - 1;
    draft.records.push({ record, headersJson, topic });
    draft.characters += record.value.length + headersJson.length;
    draft.minMs = Math.min(draft.minMs, record.timestampMs);
    draft.maxMs = Math.max(draft.maxMs, record.timestampMs);
    bound += textBound(record.key ?? '') + textBound(headersJson) + textBound(record.value);
  }
  for (const { topics } of drafts) bound += headBound(topics);

  const memory = spare !== undefined && spare.byteLength >= bound ? spare : newMemory(bound);
  const bytes = Buffer.from(memory);
  const view = new DataView(memory);
  let number = 0;
  for (const { id, dedupeKey, repeatable, remembered } of records) {
    bytes.write(dedupeKey ?? id, number * ID_BYTES, 'hex');
    bytes[records.length * ID_BYTES + number] = repeatable ? (remembered ? REPAIRED : NOT_DEDUPLICATED) : ONCE;
    number += 1;
  }
  let at = records.length * (ID_BYTES + 1);
  const batches = drafts.map(({ records: drafted, topics, minMs, maxMs }): PlacedBatch => {
    const start = at;
    at = writeHead(bytes, at, topics);
    let offset = 0;
    for (const { record, headersJson, topic } of drafted) {
      const { timestampMs, key, value } = record;
      at = writeFrame(bytes, view, at, { offset, timestampMs, topic, key, headersJson, value });
      offset += 1;
    }
    return { start, end: at, count: drafted.length, topics, minMs, maxMs };
  });
  return { memory, batches };
}

function textBound(text: string): number {
  return text.length <= SHORT_CHARACTERS ? 3 * text.length : Buffer.byteLength(text);
}

/** Without the zeros that a plain ArrayBuffer is filled with, and some larger, so that it fits the next groups too. */
function newMemory(bound: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(Math.max(MIN_MEMORY_BYTES, Math.ceil(1.25 * bound))).buffer;
}
