/** How many numbers a business portfolio may register: 2 at first, 20 once it is verified or has reached the 2K limit. */
import { readLimit } from '../../fields/phone-numbers/messaging-limit.ts';
import type { GraphAccount } from '../../meta-graph/phone-number-reads.ts';
import type { CachedNumber } from './account-list.ts';

const NUMBERS_AT_FIRST = 2;
const NUMBERS_LATER = 20;
const LIMIT_FOR_MORE = 2_000;

export interface Portfolio {
  /** Null where Meta does not tell whose the accounts are. */
  readonly portfolio_id: string | null;
  readonly account_ids: readonly string[];
  /** Of the accounts in WABA_IDS; the portfolio may have others. */
  readonly registered_numbers: number;
  readonly allowed_numbers: number;
  readonly remaining_numbers: number;
  readonly about: string;
}

export function portfoliosOf(
  accounts: readonly { readonly accountId: string; readonly account: GraphAccount | null }[],
  numbers: readonly CachedNumber[],
): readonly Portfolio[] {
  const groups = Map.groupBy(accounts, ({ accountId, account }) => account?.portfolioId ?? `of ${accountId}`);
  return [...groups.values()].map((members) => {
    const accountIds = members.map(({ accountId }) => accountId);
    const own = numbers.filter(
      ({ accountId, value }) => accountIds.includes(accountId ?? '') && value.account_mode !== 'SANDBOX',
    );
    const registered = own.filter(({ value }) => !GONE.has(String(value.status))).length;
    const verified = members.some(({ account }) => account?.businessVerificationStatus === 'verified');
    const reached = own.some(({ value }) => hasReachedLimit(value.whatsapp_business_manager_messaging_limit));
    const allowed = verified || reached ? NUMBERS_LATER : NUMBERS_AT_FIRST;
    return {
      portfolio_id: members[0]?.account?.portfolioId ?? null,
      account_ids: accountIds,
      registered_numbers: registered,
      allowed_numbers: allowed,
      remaining_numbers: Math.max(0, allowed - registered),
      about:
        allowed === NUMBERS_LATER
          ? 'The business is verified or has reached the 2K limit: up to 20 numbers, unless Meta allowed more.'
          : 'Up to 2 numbers, until the business is verified or has reached the 2K limit; then 20.',
    };
  });
}

const GONE: ReadonlySet<string> = new Set(['DELETED', 'MIGRATED']);

function hasReachedLimit(value: unknown): boolean {
  const limit = typeof value === 'string' || typeof value === 'number' ? readLimit(value, 'portfolio') : null;
  return limit !== null && (limit.unlimited === true || (limit.unique_recipients_per_day ?? 0) >= LIMIT_FOR_MORE);
}
