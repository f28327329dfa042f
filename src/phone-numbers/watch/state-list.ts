/** Computes the changes of a complete account list to its state. Pure. */
import type { CachedNumber, Snapshot } from '../look-ups/account-list.ts';
import { type KeptList, type KeptNumber, newNumber, readNumber } from './number-state.ts';
import { toReading } from './state-from-graph.ts';
import type { NumberChange, StateRecord } from './state-records.ts';
import type { AccountView } from './state-view.ts';

/** Numbers missing from the last list, by account and digits, with the time and the content of that list. */
export type Missing = Map<string, { readonly atMs: number; readonly listed: string }>;

export interface ListEffect {
  readonly changes: readonly NumberChange[];
  /** Each is written before the next. */
  readonly steps: readonly (readonly StateRecord[])[];
}

/**
 * A number is removed when two consecutive, otherwise equal lists lack it: Graph has returned incomplete lists
 * before.
 *
 * @param missing numbers that earlier lists lacked; updated here
 */
export function applyList(accountId: string, account: AccountView, snapshot: Snapshot, missing: Missing): ListEffect {
  const listed = oneForEachNumber(snapshot);
  const changes: NumberChange[] = [];
  const states: StateRecord[] = [];
  let removedVersion = account.list?.removedVersion ?? 0;
  for (const [digits, { value, fetchedAtMs: atMs }] of listed) {
    missing.delete(`${accountId}:${digits}`);
    const before = account.numbers.get(digits) ?? null;
    const reading = toReading(value);
    const after =
      before === null
        ? newNumber({ accountId, digits }, reading, { atMs, after: removedVersion })
        : readNumber(before, reading, atMs);
    if (after === before) continue;
    states.push({ kind: 'number', number: after });
    // Before the first complete list every number looks new, so no change is published.
    if (before !== null || account.list !== null) changes.push({ before, after, atMs, eventId: null });
  }
  const kept: string[] = [...listed.keys()];
  const miss = { atMs: snapshot.fetchedAtMs, listed: kept.toSorted().join() };
  const gone: StateRecord[] = [];
  for (const number of account.numbers.values()) {
    const { digits } = number;
    if (listed.has(digits)) continue;
    if (!isGone(number, account.list, miss, missing)) {
      kept.push(digits);
      continue;
    }
    missing.delete(`${accountId}:${digits}`);
    removedVersion = Math.max(removedVersion, number.version + 1);
    gone.push({ kind: 'gone', accountId, digits });
    // Its removal was published before if the state's list already lacks it.
    if (account.list?.digits.includes(digits) !== false) {
      changes.push({ before: number, after: null, atMs: snapshot.fetchedAtMs, eventId: null });
    }
  }
  const list: KeptList = { accountId, digits: kept.sort(), removedVersion, readAtMs: snapshot.fetchedAtMs };
  const same =
    account.list !== null && account.list.removedVersion === removedVersion && sameDigits(account.list, list);
  const listRecord: StateRecord[] = same ? [] : [{ kind: 'list', list }];
  // The list counts as complete only after the states are written.
  if (account.list === null) return { changes, steps: [[...states, ...gone], listRecord] };
  return { changes, steps: [listRecord, [...states, ...gone]] };
}

function isGone(
  { accountId, digits }: KeptNumber,
  list: KeptList | null,
  miss: { readonly atMs: number; readonly listed: string },
  missing: Missing,
): boolean {
  if (list !== null && !list.digits.includes(digits)) return true;
  const key = `${accountId}:${digits}`;
  const before = missing.get(key);
  if (before !== undefined && before.listed === miss.listed) return before.atMs < miss.atMs;
  missing.set(key, miss);
  return false;
}

function sameDigits(a: KeptList, b: KeptList): boolean {
  return a.digits.length === b.digits.length && a.digits.every((digits, index) => digits === b.digits[index]);
}

/** Of several entries with the same digits the one that can send, else the one with the lower id. */
function oneForEachNumber({ byDigits }: Snapshot): Map<string, CachedNumber> {
  const found = new Map<string, CachedNumber>();
  for (const [digits, numbers] of byDigits) {
    const [number] = numbers.toSorted((a, b) => Number(isConnected(b)) - Number(isConnected(a)) || byId(a, b));
    if (number !== undefined) found.set(digits, number);
  }
  return found;
}

function isConnected({ value }: CachedNumber): boolean {
  return value.status === 'CONNECTED';
}

function byId(a: CachedNumber, b: CachedNumber): number {
  return a.value.id < b.value.id ? -1 : Number(a.value.id > b.value.id);
}
