/** Which stored events are asked for. */
import { dataOf, eventOf } from '../dead-letters/summary.ts';
import type { StoredRecord } from '../records/record.ts';

export interface EventFilter {
  /** As they stand in `ce_type`. */
  readonly types?: readonly string[] | undefined;
  /** data.account_id or data.entry_id */
  readonly accountId?: string | undefined;
  /** `deliveryid`: all events of one POST. */
  readonly deliveryId?: string | undefined;
  readonly subject?: string | undefined;
  /** Name of the Meta app. */
  readonly app?: string | undefined;
  /** Stored before this time, ms. */
  readonly toMs?: number | undefined;
}

export function createEventFilter(filter: EventFilter): (record: StoredRecord) => boolean {
  const { types, accountId, deliveryId, subject, app, toMs = Number.POSITIVE_INFINITY } = filter;
  const texts = [accountId, deliveryId, app].filter((text) => text !== undefined).map((text) => JSON.stringify(text));
  return ({ headers, value, timestampMs }) => {
    if (timestampMs >= toMs) return false;
    if (types !== undefined && !types.includes(headers.ce_type ?? '')) return false;
    if (subject !== undefined && headers.ce_subject !== subject) return false;
    // Most records are told apart without being parsed.
    if (!texts.every((text) => value.includes(text))) return false;
    if (texts.length === 0) return true;
    const event = eventOf(value);
    const { account_id, entry_id } = dataOf(event);
    if (accountId !== undefined && account_id !== accountId && entry_id !== accountId) return false;
    return (deliveryId === undefined || event.deliveryid === deliveryId) && (app === undefined || event.app === app);
  };
}
