import * as z from 'zod';

/** The subject of a tier. `throughput` is a sending speed, not a number of recipients. */
const tierScope = z.enum(['portfolio', 'phone_number', 'throughput']);

export type TierScope = z.output<typeof tierScope>;

/** One reading of Meta's many spellings of a messaging limit: TIER_2K, "2000", 2000, "UNLIMITED", -1. */
export const messagingLimit = z
  .object({
    tier: z.string().nullable().meta({ description: 'As Meta names it; null for a number that is no known tier' }),
    unique_recipients_per_day: z.number().nullable().meta({
      description: 'People a conversation may be started with in a moving 24 hours; null when unlimited or not said',
    }),
    unlimited: z.boolean().nullable().meta({ description: 'null when the tier does not say' }),
    scope: tierScope.meta({
      description: 'Whose limit it is: since 7 October 2025 all numbers of a portfolio share one',
    }),
  })
  .meta({ description: 'A messaging limit' });

/** Every tier Meta has named, also those of the past. */
export const TIERS = [
  'TIER_NOT_SET',
  'TIER_50',
  'TIER_250',
  'TIER_1K',
  'TIER_2K',
  'TIER_10K',
  'TIER_100K',
  'TIER_UNLIMITED',
] as const;

const RECIPIENTS_BY_TIER: ReadonlyMap<string, number> = new Map([
  ['TIER_50', 50],
  ['TIER_250', 250],
  ['TIER_1K', 1_000],
  ['TIER_2K', 2_000],
  ['TIER_10K', 10_000],
  ['TIER_100K', 100_000],
]);
const TIER_BY_RECIPIENTS: ReadonlyMap<number, string> = new Map(
  [...RECIPIENTS_BY_TIER].map(([tier, recipients]) => [recipients, tier]),
);
const UNLIMITED = 'TIER_UNLIMITED';

export function readLimit(limit: string | number | null, scope: TierScope): z.output<typeof messagingLimit> | null {
  if (limit === null || !isReadable(limit)) return null;
  const tier = tierOf(limit);
  if (scope === 'throughput') return { tier, unique_recipients_per_day: null, unlimited: null, scope };
  if (tier === UNLIMITED) return { tier, unique_recipients_per_day: null, unlimited: true, scope };
  const recipients = recipientsOf(limit, tier);
  return { tier, unique_recipients_per_day: recipients, unlimited: recipients === null ? null : false, scope };
}

function tierOf(limit: string | number): string | null {
  const number = toNumber(limit);
  if (number === -1 || limit === 'UNLIMITED') return UNLIMITED;
  if (number !== null) return TIER_BY_RECIPIENTS.get(number) ?? null;
  return String(limit);
}

function recipientsOf(limit: string | number, tier: string | null): number | null {
  return tier === null ? toNumber(limit) : (RECIPIENTS_BY_TIER.get(tier) ?? null);
}

/** A number with more digits than JavaScript keeps, a fraction or -2 would be a guess: Meta's own text stays in `value`. */
function isReadable(limit: string | number): boolean {
  const number = toNumber(limit);
  return number === null || (Number.isSafeInteger(number) && number >= -1);
}

function toNumber(limit: string | number): number | null {
  if (typeof limit === 'number') return limit;
  return /^-?\d{1,15}$/.test(limit) ? Number(limit) : null;
}
