import { hash } from 'node:crypto';
import type { VerifiedBody } from '../webhook/signature.ts';
import { type Delivery, dataschemaOf, type SplitEvent, sourceOf, toRfc3339 } from './event.ts';
import { eventId } from './event-id.ts';
import { CAPTURED_HEADERS, rawRequest } from './system/raw-request.ts';

/** As Node gives them: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Real values are shorter, and a header must not make the record of a valid request too large. */
const MAX_HEADER_LENGTH = 256;

/**
 * A request as it came. The same bytes have the same id, so what Meta sends again is captured once, like its events.
 *
 * @param events of the request, which is repeatable as they are: presses of the Test button send the same each time
 */
export function rawRequestEvent(
  body: VerifiedBody,
  headers: RequestHeaders = {},
  { receivedMs }: Delivery,
  events: readonly SplitEvent[],
): SplitEvent {
  const kept = Object.fromEntries(
    CAPTURED_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value.slice(0, MAX_HEADER_LENGTH).toWellFormed()]] : [];
    }),
  );
  const item = JSON.stringify(hash('sha256', body, 'hex'));
  const { type, version, family } = rawRequest;
  return {
    id: eventId({ type, entryId: null, field: null, timeText: null, item, context: null, unrecognized: null }),
    type,
    family,
    key: null,
    accountId: null,
    source: sourceOf(null),
    subject: null,
    time: toRfc3339(receivedMs),
    dataschema: dataschemaOf(type, version),
    data: `{"field":null,"test":false,"account_id":null,"headers":${JSON.stringify(kept)},"body_base64":"${body.toString('base64')}"}`,
    repeatable: events.some(({ repeatable }) => repeatable),
  };
}
