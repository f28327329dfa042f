/** The records a webhook becomes, without a server: what a consumer of the topics would read. */
import type { Delivery } from '../../events/event.ts';
import { SAMPLE_DELIVERY } from '../../events/examples.ts';
import { splitIntoEvents } from '../../events/split.ts';
import type { OutgoingRecord, StoredRecord } from '../../records/record.ts';
import { toRecord } from '../../records/to-record.ts';
import { traceparentOf } from '../../records/traceparent.ts';
import { readBody } from '../../webhook/envelope.ts';
import { bytesOf, type Payload } from '../../webhook/sign.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../../webhook/signature.ts';
import { createPlaces, type PlaceOptions } from './placed-records.ts';

export interface RecordsOptions extends PlaceOptions {
  /** Id of the POST, a UUID. */
  readonly deliveryId?: string;
  readonly receivedMs?: number;
  /** Which Meta app it was sent to. */
  readonly app?: string;
}

/** Same payload and options, same records. */
export function recordsOf(payload: Payload, options: RecordsOptions = {}): StoredRecord[] {
  const { deliveryId, receivedMs, app } = { ...SAMPLE_DELIVERY, ...options };
  return writtenRecords(payload, { deliveryId, receivedMs, app }, options.topicPrefix).map(createPlaces(options));
}

/** As the service hands them to its store. */
export function writtenRecords(payload: Payload, delivery: Delivery, topicPrefix = 'whatsapp'): OutgoingRecord[] {
  const naming = { prefix: topicPrefix, names: {} };
  const context = { delivery, naming, traceparent: traceparentOf(undefined, delivery.deliveryId) };
  const body = verified(payload);
  return splitIntoEvents(body, readBody(body), delivery).map((event) => toRecord(event, context));
}

/** Reading accepts nothing unsigned; a secret of our own will do. */
function verified(payload: Payload) {
  const body = Buffer.from(bytesOf(payload));
  const secret = toAppSecret('records-of');
  return verifySignature(body, readSignature(signPayload(body, secret)), [secret]);
}
