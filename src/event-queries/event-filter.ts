/** Which stored events are asked for. */
import { isObject } from '../core/is-object.ts';
import { dataOf, eventOf } from '../dead-letters/summary.ts';
import type { StoredRecord } from '../records/record.ts';
import { createTextSearch } from './find-text.ts';
import { namesPerson } from './names-person.ts';

export interface EventFilter {
  /** As they stand in `ce_type`. */
  readonly types?: readonly string[] | undefined;
  /** data.account_id or data.entry_id */
  readonly accountId?: string | undefined;
  /** `deliveryid`: all events of one POST. */
  readonly deliveryId?: string | undefined;
  readonly subject?: string | undefined;
  /** Digits of a person's number, or of the business's own; or the id of the latter. */
  readonly number?: string | undefined;
  /** Found anywhere in the event, in capitals or not. */
  readonly text?: string | undefined;
  /** Name of the Meta app. */
  readonly app?: string | undefined;
  /** Stored at this time or later, ms. */
  readonly fromMs?: number | undefined;
  /** Stored before this time, ms. */
  readonly toMs?: number | undefined;
}

export function createEventFilter(filter: EventFilter): (record: StoredRecord) => boolean {
  const { types, accountId, deliveryId, subject, number, text, app } = filter;
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = filter;
  const texts = [accountId, deliveryId, app].filter((part) => part !== undefined).map((part) => JSON.stringify(part));
  const holdsText = text === undefined ? () => true : createTextSearch(text);
  return (record) => {
    const { headers, value, timestampMs } = record;
    if (timestampMs < fromMs || timestampMs >= toMs) return false;
    if (types !== undefined && !types.includes(headers.ce_type ?? '')) return false;
    if (subject !== undefined && headers.ce_subject !== subject) return false;
    // Most records are told apart without being parsed.
    if (!texts.every((part) => value.includes(part)) || !holdsText(value)) return false;
    if (number !== undefined && !isOfNumber(record, number)) return false;
    if (texts.length === 0) return true;
    const event = eventOf(value);
    const { account_id, entry_id } = dataOf(event);
    if (accountId !== undefined && account_id !== accountId && entry_id !== accountId) return false;
    return (deliveryId === undefined || event.deliveryid === deliveryId) && (app === undefined || event.app === app);
  };
}

function isOfNumber(record: StoredRecord, number: string): boolean {
  if (record.headers.ce_subject === number) return true;
  const { phone_number } = dataOf(eventOf(record.value));
  const { digits, id } = isObject(phone_number) ? phone_number : {};
  return digits === number || id === number || namesPerson(record, { digits: number });
}
