/**
 * The numbers of one account, read as a whole and cached. Concurrent look-ups share one read; when a read fails,
 * what was known before is given, marked as stale; events mark what they are about, and cause no read by themselves.
 */
import { HubcastError } from '../../core/errors.ts';
import { createSingleFlight } from '../../core/single-flight.ts';
import { digitsOf } from '../../fields/values.ts';
import type { GraphNumber } from '../../meta-graph/phone-number-reads.ts';

export interface CachedNumber {
  readonly value: GraphNumber;
  readonly accountId: string | null;
  /** Null where Graph shows no number. */
  readonly digits: string | null;
  readonly fetchedAtMs: number;
}

export interface Snapshot {
  readonly byId: ReadonlyMap<string, CachedNumber>;
  readonly byDigits: ReadonlyMap<string, readonly CachedNumber[]>;
  readonly fetchedAtMs: number;
}

/** What an asker gets: numbers, and how far to trust them. */
export interface ListReading {
  readonly snapshot: Snapshot;
  /** Graph was asked for this very answer. */
  readonly source: 'graph' | 'cache';
  /** Too old, though Graph was asked: why it gave no newer one. */
  readonly failure: HubcastError | null;
}

export interface Asked {
  /** A snapshot that is not older will do; 0 asks Graph. */
  readonly maxAgeMs: number;
  /** Only this number matters; null for all. */
  readonly digits: string | null;
}

export interface AccountList {
  readonly accountId: string;
  readonly peek: () => Snapshot | null;
  /** @throws HubcastError if the cache is empty and Graph cannot be read */
  readonly read: (asked: Asked) => Promise<ListReading>;
  /** @param digits null: all numbers of the account */
  readonly mark: (digits: string | null) => void;
  readonly isMarked: (digits: string | null) => boolean;
  readonly replace: (number: CachedNumber) => void;
}

/** After events, and for numbers that are not in the list: one read of the account in this time. */
export const REFRESH_INTERVAL_MS = 60_000;
/** After a failure without a time to wait. */
const FAILURE_PAUSE_MS = 5_000;
const ALL = '*';

export interface AccountListOptions {
  readonly accountId: string;
  readonly list: (accountId: string) => Promise<readonly GraphNumber[]>;
  readonly now: () => number;
}

export function createAccountList({ accountId, list, now }: AccountListOptions): AccountList {
  let snapshot: Snapshot | null = null;
  const reads = createSingleFlight<void>();
  let startedMs = Number.NEGATIVE_INFINITY;
  let failure: { readonly error: HubcastError; readonly untilMs: number } | null = null;
  /** Digits that events were about, with the place of the last one in the order of events. */
  const marks = new Map<string, number>();
  let eventsSoFar = 0;

  function isMarked(digits: string | null): boolean {
    return marks.has(ALL) || (digits === null ? marks.size > 0 : marks.has(digits));
  }

  async function readAgain(): Promise<void> {
    startedMs = now();
    const eventsBefore = eventsSoFar;
    try {
      snapshot = toSnapshot(accountId, await list(accountId), now());
      failure = null;
      for (const [digits, place] of marks) if (place <= eventsBefore) marks.delete(digits);
    } catch (error) {
      const known = asAccountError(error, accountId);
      const pauseMs = known.retryAfterMs ?? (known.kind.retry ? FAILURE_PAUSE_MS : REFRESH_INTERVAL_MS);
      failure = { error: known, untilMs: now() + pauseMs };
      // Gone, or no longer ours to see: what was known before would be a lie.
      if (known.code === 'account_not_found') snapshot = null;
    }
  }

  function isDue({ maxAgeMs, digits }: Asked): boolean {
    if (maxAgeMs === 0) return true;
    if (failure !== null && now() < failure.untilMs) return false;
    if (snapshot === null || now() - snapshot.fetchedAtMs > maxAgeMs) return true;
    return isMarked(digits) && now() - startedMs >= REFRESH_INTERVAL_MS;
  }

  return {
    accountId,
    peek: () => snapshot,
    isMarked,
    async read(asked) {
      const due = isDue(asked) || (reads.isUnderWay() && snapshot === null);
      if (due) await reads.run(readAgain);
      if (snapshot === null) throw failure?.error ?? new HubcastError('internal', 'A list was read to no effect.');
      return { snapshot, source: due && failure === null ? 'graph' : 'cache', failure: failure?.error ?? null };
    },
    mark(digits) {
      eventsSoFar += 1;
      marks.set(digits ?? ALL, eventsSoFar);
    },
    replace(number) {
      if (snapshot === null) return;
      const numbers = [...snapshot.byId.values()].filter(({ value }) => value.id !== number.value.id);
      snapshot = indexed([...numbers, number], snapshot.fetchedAtMs);
      if (number.digits !== null) marks.delete(number.digits);
    },
  };
}

export function toCachedNumber(value: GraphNumber, accountId: string | null, fetchedAtMs: number): CachedNumber {
  const displayed = value.display_phone_number;
  return { value, accountId, digits: typeof displayed === 'string' ? digitsOf(displayed) : null, fetchedAtMs };
}

function toSnapshot(accountId: string, numbers: readonly GraphNumber[], fetchedAtMs: number): Snapshot {
  return indexed(
    numbers.map((value) => toCachedNumber(value, accountId, fetchedAtMs)),
    fetchedAtMs,
  );
}

function indexed(numbers: readonly CachedNumber[], fetchedAtMs: number): Snapshot {
  const byDigits = new Map<string, CachedNumber[]>();
  for (const number of numbers) {
    if (number.digits === null) continue;
    byDigits.set(number.digits, [...(byDigits.get(number.digits) ?? []), number]);
  }
  return { byId: new Map(numbers.map((number) => [number.value.id, number])), byDigits, fetchedAtMs };
}

function asAccountError(error: unknown, accountId: string): HubcastError {
  if (!(error instanceof HubcastError)) return new HubcastError('internal', String(error), { cause: error });
  if (error.code !== 'not_found') return error;
  const message = `Account ${accountId} does not exist, or the access token may not see it. ${error.message}`;
  return new HubcastError('account_not_found', message, { details: error.details });
}
