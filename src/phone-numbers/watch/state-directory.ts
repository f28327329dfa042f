/** Look-ups without access to Graph: answered from the state that another replica keeps. */
import { HubcastError } from '../../core/errors.ts';
import type { CachedNumber } from '../look-ups/account-list.ts';
import type { LookUpDirectory } from '../look-ups/look-ups.ts';
import { readId, readNumber, variantsOf } from '../look-ups/parse-number.ts';
import type { LookUpResult } from '../look-ups/search-lists.ts';
import { toCachedState } from './state-from-graph.ts';
import type { StateView } from './state-view.ts';

export function createStateDirectory(view: StateView): LookUpDirectory {
  function numbersOf(accountId: string | null | undefined): CachedNumber[] {
    const accountIds = accountId == null ? view.accounts() : [accountId];
    return accountIds
      .flatMap((id) => [...(view.account(id)?.numbers.values() ?? [])])
      .map((number) => toCachedState(number, number.readAtMs ?? 0))
      .sort((a, b) => compare(a.accountId ?? '', b.accountId ?? '') || compare(a.value.id, b.value.id));
  }

  return {
    async list({ accountId } = {}) {
      const accountIds = accountId == null ? view.accounts() : [accountId];
      if (accountId != null && view.account(accountId) === undefined) {
        throw new HubcastError('account_not_found', `The state has no account ${accountId}.`);
      }
      return {
        numbers: numbersOf(accountId).map(toFound),
        accounts: accountIds.toSorted().map((id) => {
          const fetchedAtMs = view.account(id)?.list?.readAtMs ?? null;
          return { accountId: id, fetchedAtMs, stale: fetchedAtMs === null, failure: null };
        }),
      };
    },
    async byId(text) {
      const id = readId(text);
      const number = numbersOf(null).find(({ value }) => value.id === id);
      if (number === undefined) throw notFound();
      return toFound(number);
    },
    async byNumber(text, { accountId } = {}) {
      const digits = readNumber(text);
      const numbers = numbersOf(accountId);
      const ways = [{ digits, guess: null }, ...variantsOf(digits)];
      for (const { digits: way, guess } of ways) {
        const [number, ...others] = numbers
          .filter((one) => one.digits === way)
          .toSorted((a, b) => Number(isConnected(b)) - Number(isConnected(a)));
        if (number !== undefined) return { ...toFound(number), guess, others };
      }
      throw notFound();
    },
    account: async () => null,
  };
}

function toFound(number: CachedNumber): LookUpResult {
  return { number, stale: false, source: 'state' };
}

function isConnected({ value }: CachedNumber): boolean {
  return value.status === 'CONNECTED';
}

function notFound(): HubcastError {
  return new HubcastError(
    'phone_number_not_found',
    'No number of the accounts that are watched matches. (Whether a person uses WhatsApp cannot be looked up: there is no such API.)',
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
