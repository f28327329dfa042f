import { DEAD_LETTER_VERSION } from '../events/dead-letter.ts';
import { DEAD_LETTER_TYPE, dataschemaOf } from '../events/event.ts';
import { eventId } from '../events/event-id.ts';
import { dedupeKeyOf } from './dedupe-key.ts';
import type { OutgoingRecord } from './record.ts';

/** Varints and the frame of a batch, which the texts do not show. */
const FRAME_BYTES = 256;
const SMALLEST_CHUNK_BYTES = 512;
/** A longer one is not repeated in each chunk; the joined chunks have it. */
const MAX_REPEATED_LENGTH = 512;

export interface RefusalOptions {
  /** Of the dead letters. */
  readonly topic: string;
  /** The largest batch that topic takes. */
  readonly limitBytes: number;
  /** The broker's reason. */
  readonly reason: string;
}

/**
 * A record the broker refuses for good becomes dead letters that it takes: the record's value, cut into numbered chunks
 * whose base64 text stays under the limit. Joined in order they are the value again.
 */
export function toRefusedRecordDeadLetters(refused: OutgoingRecord, options: RefusalOptions): OutgoingRecord[] {
  const { data, ...attributes } = JSON.parse(refused.value || '{"data":{}}') as Record<string, unknown>;
  const { field = null, entry_id = null, test = false } = data as Record<string, unknown>;
  const about = { field: short(field), entry_id: short(entry_id), test };
  const value = Buffer.from(refused.value);
  // As large as any of them but for its bytes: the numbers have as many digits as there can be.
  const empty = toChunk(refused, attributes, about, options, { number: value.length, count: value.length }, '');
  const room = options.limitBytes - sizeOf(empty) - FRAME_BYTES;
  const chunkBytes = Math.max(SMALLEST_CHUNK_BYTES, Math.floor(room / 4) * 3);
  const count = Math.ceil(value.length / chunkBytes);
  return Array.from({ length: count }, (_, index) => {
    const bytes = value.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    return toChunk(refused, attributes, about, options, { number: index + 1, count }, bytes.toString('base64'));
  });
}

type Attributes = Readonly<Record<string, unknown>>;

function toChunk(
  refused: OutgoingRecord,
  attributes: Attributes,
  about: Attributes,
  { topic, reason }: RefusalOptions,
  { number, count }: { readonly number: number; readonly count: number },
  body_base64: string,
): OutgoingRecord {
  const id = eventId({
    type: DEAD_LETTER_TYPE,
    entryId: refused.id,
    field: null,
    form: 'chunk',
    timeText: null,
    item: JSON.stringify([number, count]),
    context: null,
    unrecognized: null,
  });
  const issues = [{ path: '', code: 'record_refused', message: reason }];
  const { key } = refused;
  const kept = key !== null && key.length > MAX_REPEATED_LENGTH ? {} : { key };
  const chunk = { event_id: refused.id, event_type: attributes.type, number, count, ...kept };
  const dataschema = dataschemaOf(DEAD_LETTER_TYPE, DEAD_LETTER_VERSION);
  const deadLetter = {
    ...attributes,
    id,
    type: DEAD_LETTER_TYPE,
    dataschema,
    data: { ...about, part: 'chunk', issues, chunk, body_base64 },
  };
  const { dedupeKey, ...rest } = refused;
  return {
    ...rest,
    id,
    ...(dedupeKey === undefined ? {} : { dedupeKey: dedupeKeyOf(String(attributes.app), id) }),
    topic,
    key: typeof about.entry_id === 'string' ? about.entry_id.toWellFormed() : null,
    headers: { ...refused.headers, ce_id: id, ce_type: DEAD_LETTER_TYPE, ce_dataschema: dataschema },
    value: JSON.stringify(deadLetter),
  };
}

function short(name: unknown): unknown {
  return typeof name === 'string' && name.length > MAX_REPEATED_LENGTH ? null : name;
}

function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = Buffer.byteLength(value) + Buffer.byteLength(key ?? '');
  for (const [name, text] of Object.entries(headers)) bytes += Buffer.byteLength(name) + Buffer.byteLength(text) + 10;
  return bytes;
}
