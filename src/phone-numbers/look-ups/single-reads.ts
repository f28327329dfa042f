/** One number asked of Graph by its id: for fresh answers, and for numbers of accounts that WABA_IDS does not name. */
import { HubcastError } from '../../core/errors.ts';
import type { FoundNumber } from '../../meta-graph/phone-number-reads.ts';
import { type AccountList, type CachedNumber, toCachedNumber } from './account-list.ts';
import { createExpiringCache } from './expiring-cache.ts';
import { type Freshness, type LookUpResult, NOT_FOUND_TTL_MS } from './search-lists.ts';

export interface SingleReads {
  /** Asks Graph, or says what is known when that fails; null when the number is gone. */
  readonly renew: (found: LookUpResult, list: AccountList) => Promise<LookUpResult | null>;
  /** Null when it does not exist or may not be seen. @throws HubcastError if Graph cannot be read */
  readonly stray: (id: string, fresh: boolean) => Promise<LookUpResult | null>;
  readonly isKnown: (id: string) => boolean;
}

const CACHED_IDS = 10_000;

export function createSingleReads(
  one: (id: string, accountId: string | null) => Promise<FoundNumber>,
  { ttlMs, now }: Freshness,
): SingleReads {
  const cached = createExpiringCache<CachedNumber | null>({ size: CACHED_IDS, now });

  /** Concurrent look-ups share the answer. */
  async function read(id: string, list: AccountList | null, fresh: boolean): Promise<LookUpResult | null> {
    const maxAgeMs = (known: CachedNumber | null) => (fresh ? 0 : known === null ? NOT_FOUND_TTL_MS : ttlMs);
    const { value: number, source } = await cached.get(id, maxAgeMs, async () => {
      try {
        const { number, accountId } = await one(id, list?.accountId ?? null);
        return toCachedNumber(number, list?.accountId ?? accountId, now());
      } catch (error) {
        if (error instanceof HubcastError && error.code === 'not_found') return null;
        throw error;
      }
    });
    if (number === null) return null;
    if (source === 'graph') list?.replace(number);
    return { number, stale: false, source };
  }

  return {
    isKnown: (id) => cached.peek(id) != null,
    async renew(found, list) {
      try {
        return await read(found.number.value.id, list, true);
      } catch (error) {
        if (!(error instanceof HubcastError)) throw error;
        // Within the limits, or not at all: what is known is the answer then.
        return { ...found, source: 'cache', stale: found.stale || error.code !== 'graph_throttled' };
      }
    },
    async stray(id, fresh) {
      try {
        return await read(id, null, fresh);
      } catch (error) {
        const number = cached.peek(id);
        if (!(error instanceof HubcastError) || number == null) throw error;
        return { number, source: 'cache', stale: true };
      }
    },
  };
}
