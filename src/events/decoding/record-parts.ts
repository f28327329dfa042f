/** The parts of a record, in the shapes the Kafka clients of JavaScript give them. */
import { withoutFrame } from '../../core/registry-frame.ts';
import { EventDecodeError } from './event-decode-error.ts';

type HeaderValue = Uint8Array | string | null | undefined | readonly (Uint8Array | string)[];
type HeaderObject = Readonly<Record<string, HeaderValue>>;

/** A record as kafkajs, confluent-kafka-javascript, node-rdkafka and others hand it over; a Buffer is a Uint8Array. */
export interface EncodedRecord {
  readonly value?: Uint8Array | string | null | undefined;
  readonly headers?:
    | HeaderObject
    | readonly HeaderObject[]
    | ReadonlyMap<string, HeaderValue>
    | ReadonlyMap<Uint8Array, HeaderValue>
    | null
    | undefined;
}

/** With or without the id of a schema registry in front. @throws EventDecodeError `no_value` or `not_text` */
export function valueText(value: EncodedRecord['value']): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) {
    throw new EventDecodeError(
      'no_value',
      'The record has no value: a tombstone, which compacted topics use to remove a key. Skip it, or drop what you keep for the key.',
    );
  }
  if (!ArrayBuffer.isView(value)) {
    throw new EventDecodeError(
      'not_text',
      `The record's value is of type ${typeof value}. Hand over its bytes or text: parsed JSON has lost digits already.`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(withoutFrame(value));
  } catch {
    throw new EventDecodeError(
      'not_text',
      `The record's value (${value.byteLength} bytes) is not UTF-8, so hubcast did not write it. Check the topic, and that no serializer or compression of your own stands between.`,
    );
  }
}

/** The last value of a header, null where there is none. */
export function headerText(headers: EncodedRecord['headers'], name: string): string | null {
  const found = findHeader(headers, name);
  const value = Array.isArray(found) ? found.at(-1) : found;
  if (typeof value === 'string') return value;
  return ArrayBuffer.isView(value) ? textOf(value) : null;
}

/** Clients that leave headers as they are give their names as bytes, each a key of its own. */
function headerOfBytes(headers: ReadonlyMap<unknown, HeaderValue>, name: string): HeaderValue {
  let found: HeaderValue;
  for (const [key, value] of headers) if (ArrayBuffer.isView(key) && textOf(key) === name) found = value;
  return found;
}

function textOf(bytes: ArrayBufferView): string {
  return new TextDecoder().decode(bytes as Uint8Array);
}

function findHeader(headers: EncodedRecord['headers'], name: string): unknown {
  if (headers === null || headers === undefined) return undefined;
  if (headers instanceof Map) return headers.get(name) ?? headerOfBytes(headers, name);
  if (Array.isArray(headers)) return headers.findLast((one: HeaderObject) => Object.hasOwn(one, name))?.[name];
  return (headers as HeaderObject)[name];
}
