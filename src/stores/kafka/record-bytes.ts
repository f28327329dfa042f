/** Sizes of records as Kafka stores them, so that no batch is larger than its topic accepts. */
import { FRAME_BYTES } from '../../core/registry-frame.ts';
import type { OutgoingRecord } from '../../records/record.ts';

/** Fixed part of a record batch, format 2. https://kafka.apache.org/documentation/#recordbatch */
export const BATCH_OVERHEAD_BYTES = 61;

/** Attributes, the longest timestamp and offset deltas, as the deltas depend on the batch, and the schema's id. */
const RECORD_OVERHEAD_BYTES = 1 + 10 + 5 + FRAME_BYTES;

/** Bytes of a signed integer in Kafka's variable-length form. */
function varintBytes(length: number): number {
  let zigzag = length * 2;
  let bytes = 1;
  while (zigzag >= 128) {
    zigzag = Math.floor(zigzag / 128);
    bytes += 1;
  }
  return bytes;
}

function withLength(text: string): number {
  const bytes = Buffer.byteLength(text, 'utf8');
  return varintBytes(bytes) + bytes;
}

/** Upper bound of the bytes that a record adds to an uncompressed batch; at most 25 bytes too high. */
export function recordBytes(record: OutgoingRecord): number {
  let body = RECORD_OVERHEAD_BYTES + withLength(record.value);
  body += record.key === null ? 1 : withLength(record.key);
  let headers = 0;
  for (const name in record.headers) {
    headers += 1;
    body += withLength(name) + withLength(record.headers[name] ?? '');
  }
  body += varintBytes(headers);
  return varintBytes(body) + body;
}
