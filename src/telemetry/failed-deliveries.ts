/** The latest POSTs that were refused or failed, kept in memory to show the operator the reason. */
import type { ErrorCode } from '../core/errors.ts';

export interface FailedDelivery {
  readonly receivedMs: number;
  /** Status and fix follow from it: see ERRORS. */
  readonly outcome: ErrorCode;
  readonly diagnosis: string;
  /** Of the body, as far as it was read. */
  readonly bytes: number;
  /** Name in META_APPS; null for /webhook, or before the path was read. */
  readonly app: string | null;
  /** Of the first event; null unless the signature was right, because an unsigned body can contain any value. */
  readonly accountId: string | null;
  /** Likewise. */
  readonly field: string | null;
  /** Address of the first trusted hop. */
  readonly source: string | null;
  readonly userAgent: string | null;
  readonly deliveryId: string | null;
  readonly traceId: string | null;
}

export interface FailedDeliveries {
  readonly add: (failure: FailedDelivery) => void;
  /** @returns the newest first */
  readonly latest: () => readonly FailedDelivery[];
}

export const MAX_FAILED_DELIVERIES = 1000;
const MAX_TEXT_LENGTH = 300;

/** At the limit the most frequent outcome loses its oldest entry, so that a flood of 401s does not push out the 503s. */
export function createFailedDeliveries(capacity = MAX_FAILED_DELIVERIES): FailedDeliveries {
  const byOutcome = new Map<ErrorCode, FailedDelivery[]>();
  let count = 0;

  return {
    add(failure) {
      const { outcome, diagnosis, userAgent, field } = failure;
      const kept = {
        ...failure,
        diagnosis: shorten(diagnosis),
        userAgent: userAgent && shorten(userAgent),
        field: field && shorten(field),
      };
      const entries = byOutcome.get(outcome) ?? [];
      byOutcome.set(outcome, entries);
      entries.push(kept);
      count += 1;
      if (count <= capacity) return;
      [...byOutcome.values()].reduce((most, other) => (other.length > most.length ? other : most)).shift();
      count -= 1;
    },
    latest: () => latestOf([...byOutcome.values()]),
  };
}

/** Those of several processes as one list, the newest first. */
export function latestOf(lists: readonly (readonly FailedDelivery[])[]): readonly FailedDelivery[] {
  return lists
    .flat()
    .sort((one, other) => other.receivedMs - one.receivedMs)
    .slice(0, MAX_FAILED_DELIVERIES);
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}
