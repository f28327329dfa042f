/**
 * Which phone numbers are ours, and what Graph says of them: three look-ups over the lists of all accounts. Concurrent callers
 * share one read of Graph, within Meta's limits. The path of a webhook never reads Graph.
 */
import { HubcastError } from '../../core/errors.ts';
import { type KnownNumberOf, TEST_ENTRY_ID } from '../../events/event.ts';
import type { Family } from '../../fields/families.ts';
import type { FoundNumber, GraphAccount, GraphNumber } from '../../meta-graph/phone-number-reads.ts';
import {
  type AccountList,
  type CachedNumber,
  createAccountList,
  REFRESH_INTERVAL_MS,
  type Snapshot,
} from './account-list.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { type Guess, readId, readNumber } from './parse-number.ts';
import {
  type Freshness,
  forEach,
  hitByDigits,
  hitById,
  hitByVariant,
  LISTS_AT_ONCE,
  type LookUpResult,
  searchLists,
  toFound,
} from './search-lists.ts';
import { createSingleReads, type SingleReads } from './single-reads.ts';

export interface DirectoryOptions {
  /** The accounts whose numbers are ours. */
  readonly accountIds: readonly string[];
  readonly ttlMs: number;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly list: (accountId: string) => Promise<readonly GraphNumber[]>;
  readonly one: (id: string, accountId: string | null) => Promise<FoundNumber>;
  readonly account: (accountId: string) => Promise<GraphAccount>;
}

export interface FoundByNumber extends LookUpResult {
  /** Null for the very digits that were asked for. */
  readonly guess: Guess | null;
  /** Further entries with the same digits: a number that moved is in both accounts for a while. */
  readonly others: readonly CachedNumber[];
}

export interface AccountReading {
  readonly accountId: string;
  /** Null when the list was never read. */
  readonly fetchedAtMs: number | null;
  readonly stale: boolean;
  /** Why Graph gave no newer list, or none. */
  readonly failure: HubcastError | null;
}

export interface FoundList {
  readonly numbers: readonly LookUpResult[];
  readonly accounts: readonly AccountReading[];
}

/** What an event is about, as its record's key says it: `account:digits`, or `account`. */
export interface NotedEvent {
  readonly family: Family;
  readonly key: string | null;
}

export interface LookUpOptions {
  readonly accountId?: string | null;
  /** Ask Graph, as far as its limits allow. */
  readonly fresh?: boolean;
}

export interface Directory {
  /** @throws HubcastError `account_not_found`, or why no list can be read */
  readonly list: (options?: LookUpOptions) => Promise<FoundList>;
  /** @throws HubcastError `invalid_phone_number_id`, `phone_number_not_found`, or why it cannot be read */
  readonly byId: (id: string, options?: LookUpOptions) => Promise<LookUpResult>;
  /** @param number in any form people write it @throws HubcastError `invalid_phone_number`, `phone_number_not_found`, … */
  readonly byNumber: (number: string, options?: LookUpOptions) => Promise<FoundByNumber>;
  /** From memory alone: `known` is null unless the account's list was read completely. */
  readonly peek: KnownNumberOf;
  /** All numbers of the lists as they are in memory. */
  readonly known: () => Iterable<CachedNumber>;
  /** Invalidates the entries that the events concern, without a read. */
  readonly countEvents: (events: readonly NotedEvent[]) => void;
  /** Reads the lists that are marked or were never read, few at a time; failures wait for the next time. */
  readonly refresh: () => Promise<void>;
  /** Reads an account's list, unless it was read within this time. @throws HubcastError why it cannot be read */
  readonly readList: (accountId: string, maxAgeMs: number) => Promise<void>;
  /** The list that was read last; null before the first, and where the account cannot be seen any more. */
  readonly lastList: (accountId: string) => Snapshot | null;
  /** Facts about an account; null when Graph does not tell. Kept for an hour. */
  readonly account: (accountId: string) => Promise<GraphAccount | null>;
}

const ACCOUNT_TTL_MS = 60 * 60_000;
const ACCOUNT_NOT_TOLD_TTL_MS = 60_000;
const CACHED_ACCOUNTS = 10_000;

export function createDirectory(options: DirectoryOptions): Directory {
  const { ttlMs, now } = options;
  const lists = new Map<string, AccountList>(
    options.accountIds.map((accountId) => [accountId, createAccountList({ accountId, list: options.list, now })]),
  );
  const context: Context = {
    lists,
    freshness: { ttlMs, now },
    singles: createSingleReads(options.one, { ttlMs, now }),
  };
  const accounts = createExpiringCache<GraphAccount | null>({ size: CACHED_ACCOUNTS, now });

  return {
    list: async ({ accountId, fresh } = {}) => readLists(listsFor(lists, accountId), fresh === true, context.freshness),
    byId: async (text, { fresh } = {}) => findById(readId(text), fresh === true, context),
    byNumber: async (text, { accountId, fresh } = {}) =>
      findByNumber(readNumber(text), listsFor(lists, accountId), fresh === true, context),

    peek(accountId, digits) {
      const list = lists.get(accountId);
      if (list === undefined || list.peek() === null) return { id: null, known: null };
      const hit = hitByDigits(list, digits);
      return { id: hit?.number.value.id ?? null, known: hit !== null };
    },

    *known() {
      for (const list of lists.values()) yield* list.peek()?.byId.values() ?? [];
    },

    countEvents(events) {
      for (const event of events) markLists(event, lists);
    },

    async refresh() {
      await forEach([...lists.values()], LISTS_AT_ONCE, async (list) => {
        if (list.peek() !== null && !list.isMarked(null)) return;
        await list.read({ maxAgeMs: Number.POSITIVE_INFINITY, digits: null }).catch(() => {});
      });
    },

    async readList(accountId, maxAgeMs) {
      for (const list of listsFor(lists, accountId)) await list.read({ maxAgeMs, digits: null });
    },

    lastList: (accountId) => lists.get(accountId)?.peek() ?? null,

    async account(accountId) {
      const maxAgeMs = (known: GraphAccount | null) => (known === null ? ACCOUNT_NOT_TOLD_TTL_MS : ACCOUNT_TTL_MS);
      return (await accounts.get(accountId, maxAgeMs, () => options.account(accountId).catch(() => null))).value;
    },
  };
}

type Lists = ReadonlyMap<string, AccountList>;

interface Context {
  readonly lists: Lists;
  readonly freshness: Freshness;
  readonly singles: SingleReads;
}

/** @throws HubcastError `account_not_found`, `graph_not_configured` */
function listsFor(lists: Lists, accountId: string | null | undefined): readonly AccountList[] {
  if (accountId == null) {
    if (lists.size === 0) throw new HubcastError('graph_not_configured', 'WABA_IDS names no account.', PAUSE);
    return [...lists.values()];
  }
  const list = lists.get(accountId);
  if (list === undefined) throw new HubcastError('account_not_found', `Account ${accountId} is not one of WABA_IDS.`);
  return [list];
}

async function readLists(among: readonly AccountList[], fresh: boolean, freshness: Freshness): Promise<FoundList> {
  const { ttlMs, now } = freshness;
  const numbers: LookUpResult[] = [];
  const accounts: AccountReading[] = [];
  await forEach(among, LISTS_AT_ONCE, async (list) => {
    const { accountId } = list;
    try {
      const reading = await list.read({ maxAgeMs: fresh ? 0 : ttlMs, digits: null });
      const { snapshot, failure } = reading;
      for (const number of snapshot.byId.values()) numbers.push(toFound(list, number, reading, freshness));
      const stale = list.isMarked(null) || (failure !== null && now() - snapshot.fetchedAtMs > ttlMs);
      accounts.push({ accountId, fetchedAtMs: snapshot.fetchedAtMs, stale, failure });
    } catch (error) {
      accounts.push({ accountId, fetchedAtMs: null, stale: true, failure: error as HubcastError });
    }
  });
  const [first] = accounts;
  if (first?.failure && accounts.every(({ fetchedAtMs }) => fetchedAtMs === null)) throw first.failure;
  return { numbers: numbers.sort(byAccountAndId), accounts: accounts.sort(byAccount) };
}

async function findById(id: string, fresh: boolean, { lists, freshness, singles }: Context): Promise<LookUpResult> {
  const result = await searchLists([...lists.values()], (list) => hitById(list, id), freshness);
  if (result.list !== null) return fresh ? renewed(result.found, result.list, singles) : result.found;
  const failure = result.failures.find(({ code }) => code !== 'account_not_found');
  if (failure !== undefined && !singles.isKnown(id)) throw failure;
  // The token may see numbers of accounts that WABA_IDS does not name.
  const stray = await singles.stray(id, fresh);
  if (stray === null) throw notFound();
  return stray;
}

async function findByNumber(
  digits: string,
  among: readonly AccountList[],
  fresh: boolean,
  { freshness, singles }: Context,
): Promise<FoundByNumber> {
  const exact = await searchLists(among, (list) => hitByDigits(list, digits), freshness);
  const result =
    exact.list !== null ? exact : await searchLists(among, (list) => hitByVariant(list, digits), freshness);
  if (result.list === null) throw result.failures[0] ?? notFound();
  const { list, hit, found } = result;
  const elsewhere = among
    .filter((other) => other !== list)
    .flatMap((other) => other.peek()?.byDigits.get(hit.number.digits ?? '') ?? []);
  const answer = fresh ? await renewed(found, list, singles) : found;
  const source = exact.list === null && exact.source === 'graph' ? 'graph' : answer.source;
  return { ...answer, source, guess: hit.guess, others: [...hit.others, ...elsewhere] };
}

async function renewed(found: LookUpResult, list: AccountList, singles: SingleReads): Promise<LookUpResult> {
  const fresh = await singles.renew(found, list);
  if (fresh !== null) return fresh;
  list.mark(null);
  throw notFound();
}

function markLists({ family, key }: NotedEvent, lists: Lists): void {
  if (key === null || (family !== 'phone-numbers' && family !== 'accounts')) return;
  const [accountId = '', digits] = key.split(':');
  // The Test button is about no account.
  if (accountId === TEST_ENTRY_ID) return;
  const list = lists.get(accountId);
  if (list !== undefined) list.mark(digits || null);
  // A portfolio's event does not say which of the accounts belong to the portfolio.
  else if (family === 'accounts') for (const other of lists.values()) other.mark(null);
}

/** When to ask again what a setting has to allow first. */
const PAUSE = { retryAfterMs: REFRESH_INTERVAL_MS };

function notFound(): HubcastError {
  return new HubcastError(
    'phone_number_not_found',
    'No number of the accounts in WABA_IDS matches. (Whether a person uses WhatsApp cannot be looked up: there is no such API.)',
  );
}

const byAccount = (a: AccountReading, b: AccountReading) => compare(a.accountId, b.accountId);
const byAccountAndId = ({ number: a }: LookUpResult, { number: b }: LookUpResult) =>
  compare(a.accountId ?? '', b.accountId ?? '') || compare(a.value.id, b.value.id);

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
