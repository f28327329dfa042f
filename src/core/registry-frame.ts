/**
 * What KAFKA_VALUE_FORMAT=registry puts before a value: a zero byte and the schema's id, as the deserialisers of
 * Confluent and Apicurio expect it. JSON never begins with a zero byte.
 */
export const FRAME_BYTES = 5;

/** The value behind the frame; the same bytes where there is none. */
export function withoutFrame(bytes: Uint8Array): Uint8Array {
  return bytes.length >= FRAME_BYTES && bytes[0] === 0 ? bytes.subarray(FRAME_BYTES) : bytes;
}
