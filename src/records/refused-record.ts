import { DEAD_LETTER_VERSION } from '../events/dead-letter.ts';
import { DEAD_LETTER_TYPE, dataschemaOf } from '../events/event.ts';
import { eventId } from '../events/event-id.ts';
import type { OutgoingRecord } from './record.ts';

/** Room for everything of a chunk's record but its base64 text: envelope, headers, key, batch overhead. */
const OVERHEAD_BYTES = 4096;
const SMALLEST_CHUNK_BYTES = 512;

/**
 * A record the broker refuses for good becomes dead letters that it takes: the record's value, cut into numbered chunks
 * whose base64 text stays under the limit. Joined in order they are the value again.
 *
 * @param limitBytes the largest batch the dead-letter topic takes
 * @param why the broker's reason
 */
export function toRefusedRecordDeadLetters(
  refused: OutgoingRecord,
  { topic, limitBytes, why }: { readonly topic: string; readonly limitBytes: number; readonly why: string },
): OutgoingRecord[] {
  const { data: held, ...attributes } = JSON.parse(refused.value) as Record<string, unknown>;
  const { field = null, entry_id = null, test = false } = held as Record<string, unknown>;
  const value = Buffer.from(refused.value);
  const chunkBytes = Math.max(SMALLEST_CHUNK_BYTES, Math.floor(((limitBytes - OVERHEAD_BYTES) * 3) / 4));
  const count = Math.ceil(value.length / chunkBytes);
  const issues = [{ path: '', code: 'record_refused', message: why }];
  return Array.from({ length: count }, (_, index) => {
    const chunk = { event_id: refused.id, event_type: attributes.type, number: index + 1, count };
    const id = eventId({
      type: DEAD_LETTER_TYPE,
      entryId: refused.id,
      field: null,
      timeText: null,
      item: JSON.stringify([chunk.number, count]),
      context: null,
      around: null,
    });
    const bytes = value.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    const data = { field, entry_id, test, issues, chunk, body_base64: bytes.toString('base64') };
    const deadLetter = {
      ...attributes,
      id,
      type: DEAD_LETTER_TYPE,
      dataschema: dataschemaOf(DEAD_LETTER_TYPE, DEAD_LETTER_VERSION),
      data,
    };
    return {
      ...refused,
      id,
      topic,
      key: typeof entry_id === 'string' ? entry_id : null,
      headers: { ...refused.headers, ce_id: id, ce_type: DEAD_LETTER_TYPE },
      value: JSON.stringify(deadLetter),
    };
  });
}
