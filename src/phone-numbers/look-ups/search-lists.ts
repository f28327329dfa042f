/** Looking for a number in the lists of several accounts, asking Graph for as few of them as possible. */
import type { HubcastError } from '../../core/errors.ts';
import type { AccountList, CachedNumber, ListReading } from './account-list.ts';
import { type Guess, variantsOf } from './parse-number.ts';

/** A number, and how far to trust what is said of it. */
export interface LookUpResult {
  readonly number: CachedNumber;
  readonly stale: boolean;
  readonly source: 'graph' | 'cache' | 'state';
}

/** What a search finds in one list, without asking Graph. */
export interface Hit {
  readonly number: CachedNumber;
  /** Null for the very digits that were asked for. */
  readonly guess: Guess | null;
  /** Further entries with the same digits. */
  readonly others: readonly CachedNumber[];
}

export type SearchResult =
  | { readonly list: AccountList; readonly hit: Hit; readonly found: LookUpResult }
  | { readonly list: null; readonly failures: readonly HubcastError[]; readonly source: LookUpResult['source'] };

export interface Freshness {
  readonly ttlMs: number;
  readonly now: () => number;
}

export const LISTS_AT_ONCE = 4;
/** A number that is not in a list may have been added since: the list is read again when it is older. */
export const NOT_FOUND_TTL_MS = 60_000;

/** Looks into the lists that are there, then into newer ones, and ends as soon as it is found. */
export async function searchLists(
  among: readonly AccountList[],
  search: (list: AccountList) => Hit | null,
  { ttlMs, now }: Freshness,
): Promise<SearchResult> {
  for (const list of among) {
    const before = search(list);
    if (before === null) continue;
    // Without a reading the account does not exist; the code below reports it with the others.
    const reading = await list.read({ maxAgeMs: ttlMs, digits: before.number.digits }).catch(() => null);
    const hit = search(list);
    if (reading !== null && hit !== null)
      return { list, hit, found: toFound(list, hit.number, reading, { ttlMs, now }) };
  }
  const failures: HubcastError[] = [];
  const results: SearchResult[] = [];
  let source: LookUpResult['source'] = 'cache';
  await forEach(among, LISTS_AT_ONCE, async (list) => {
    if (results.length > 0) return;
    try {
      const reading = await list.read({ maxAgeMs: Math.min(ttlMs, NOT_FOUND_TTL_MS), digits: null });
      if (reading.source === 'graph') source = 'graph';
      const hit = search(list);
      if (hit !== null) results.push({ list, hit, found: toFound(list, hit.number, reading, { ttlMs, now }) });
    } catch (error) {
      failures.push(error as HubcastError);
    }
  });
  return results[0] ?? { list: null, failures, source };
}

export function toFound(
  list: AccountList,
  number: CachedNumber,
  { source, failure }: ListReading,
  { ttlMs, now }: Freshness,
): LookUpResult {
  const old = now() - number.fetchedAtMs > ttlMs;
  return { number, source, stale: list.isMarked(number.digits) || (old && failure !== null) };
}

export function hitById(list: AccountList, id: string): Hit | null {
  const number = list.peek()?.byId.get(id);
  return number === undefined ? null : { number, guess: null, others: [] };
}

/** Of several entries with the same digits the one that can send. */
export function hitByDigits(list: AccountList, digits: string, guess: Guess | null = null): Hit | null {
  const numbers = list.peek()?.byDigits.get(digits) ?? [];
  const [number, ...others] = numbers.toSorted((a, b) => Number(isConnected(b)) - Number(isConnected(a)));
  return number === undefined ? null : { number, others, guess };
}

export function hitByVariant(list: AccountList, digits: string): Hit | null {
  for (const variant of variantsOf(digits)) {
    const hit = hitByDigits(list, variant.digits, variant.guess);
    if (hit !== null) return hit;
  }
  return null;
}

function isConnected({ value }: CachedNumber): boolean {
  return value.status === 'CONNECTED';
}

/** Bounded: a first look-up with hundreds of accounts must not become hundreds of calls at once. */
export async function forEach<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
