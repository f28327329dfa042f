/** Which captured requests are meant: a request is, when one of its events is. */
import type { SplitEvent } from '../events/event.ts';
import { type CapturedRequest, eventsOf } from './captured-request.ts';

export interface Choice {
  /** Received at this time or later, in ms since 1970. */
  readonly sinceMs?: number | undefined;
  /** Received before this time. */
  readonly untilMs?: number | undefined;
  /** Sent to any of these Meta apps. */
  readonly apps?: readonly string[] | undefined;
  /** Any of Meta's fields. */
  readonly fields?: readonly string[] | undefined;
  /** Any of these accounts, or entry ids. */
  readonly accounts?: readonly string[] | undefined;
  /** Any of these events. */
  readonly eventIds?: readonly string[] | undefined;
}

/** All that is given has to fit, the last three by one event of the request. */
export function createChoice({
  sinceMs,
  untilMs,
  apps,
  fields,
  accounts,
  eventIds,
}: Choice): (request: CapturedRequest) => boolean {
  const byEvent = fields ?? accounts ?? eventIds;
  const fits = (event: SplitEvent) => {
    if (eventIds !== undefined && !eventIds.includes(event.id)) return false;
    if (fields === undefined && accounts === undefined) return true;
    const { field, entry_id: entryId, account_id: accountId } = JSON.parse(event.data) as Record<string, unknown>;
    if (fields !== undefined && !fields.includes(field as string)) return false;
    return accounts === undefined || accounts.includes(entryId as string) || accounts.includes(accountId as string);
  };
  return (request) => {
    if (sinceMs !== undefined && request.receivedMs < sinceMs) return false;
    if (untilMs !== undefined && request.receivedMs >= untilMs) return false;
    if (apps !== undefined && !apps.includes(request.app)) return false;
    return byEvent === undefined || eventsOf(request).some(fits);
  };
}
