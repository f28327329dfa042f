/** Requests as they were captured: from the records of the topic `raw`, and from the events they hold. */

import { isObject } from '../core/is-object.ts';
import type { Delivery, SplitEvent } from '../events/event.ts';
import { splitIntoEvents } from '../events/split.ts';
import { rawRequest } from '../events/system/raw-request.ts';
import { fromBase64, parseJson } from '../records/chunk.ts';
import type { StoredRecord } from '../records/record.ts';
import { readBody } from '../webhook/envelope.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../webhook/signature.ts';

export interface CapturedRequest {
  readonly receivedMs: number;
  /** Id of the POST, a UUID. */
  readonly deliveryId: string;
  /** Which Meta app it was sent to. */
  readonly app: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes Meta signed. */
  readonly body: Uint8Array<ArrayBuffer>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @returns null for a record that hubcast did not write: other programs may write to the topic */
export function toCapturedRequest({ value }: Pick<StoredRecord, 'value'>): CapturedRequest | null {
  const event = parseJson(value);
  if (!isObject(event) || event.type !== rawRequest.type || !isObject(event.data)) return null;
  const { receivedtime, deliveryid, app, data } = event;
  const receivedMs = typeof receivedtime === 'string' ? Date.parse(receivedtime) : Number.NaN;
  const body = typeof data.body_base64 === 'string' ? fromBase64(data.body_base64) : null;
  if (
    body === null ||
    Number.isNaN(receivedMs) ||
    typeof deliveryid !== 'string' ||
    !UUID.test(deliveryid) ||
    typeof app !== 'string'
  )
    return null;
  return { receivedMs, deliveryId: deliveryid, app, headers: textMembers(data.headers), body };
}

/** The events of a request, as they were stored beside it. */
export function eventsOf({ body, app, deliveryId, receivedMs }: CapturedRequest): readonly SplitEvent[] {
  const delivery: Delivery = { app, deliveryId, receivedMs };
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  // Nothing unsigned is read; a secret of our own will do.
  const verified = verifySignature(bytes, readSignature(signPayload(bytes, OWN_SECRET)), [OWN_SECRET]);
  return splitIntoEvents(verified, readBody(verified), delivery);
}

const OWN_SECRET = toAppSecret('capture');

function textMembers(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((member): member is [string, string] => typeof member[1] === 'string'),
  );
}
