import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { displayPhoneNumber, openEnum, referencePage } from '../values.ts';
import { messagingLimit, readLimit, TIERS, type TierScope } from './messaging-limit.ts';
import { ofDisplayedNumber } from './of-displayed-number.ts';

/** Since this day the limit belongs to the business portfolio, and all its numbers share it. */
const PORTFOLIO_LIMITS_SINCE_MS = Date.UTC(2025, 9, 7);

/** What `current_limit` and `old_limit` speak of: it depends on the event and on when it was. */
function scopeOfTier(event: string, timeMs: number): TierScope {
  if (event === 'THROUGHPUT_UPGRADE') return 'throughput';
  return timeMs >= PORTFOLIO_LIMITS_SINCE_MS ? 'portfolio' : 'phone_number';
}

export const phoneNumberQualityUpdate = defineField({
  name: 'phone_number_quality_update',
  family: 'phone-numbers',
  about: "A phone number's messaging limit or throughput changed. It never carries a quality rating.",
  page: referencePage('phone_number_quality_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          display_phone_number: displayPhoneNumber,
          event: openEnum(['ONBOARDING', 'THROUGHPUT_UPGRADE', 'UPGRADE', 'DOWNGRADE', 'FLAGGED', 'UNFLAGGED']).meta({
            description: 'UPGRADE, DOWNGRADE, FLAGGED and UNFLAGGED are documented until October 2025',
          }),
          current_limit: openEnum(TIERS).nullish().meta({ description: 'Announced for removal in February 2026' }),
          old_limit: openEnum(TIERS).nullish().meta({ description: 'Announced for removal in February 2026' }),
          max_daily_conversations_per_business: z
            .union([openEnum([...TIERS, 'UNLIMITED']), z.number()], 'Invalid input: expected string or number')
            .nullish()
            .meta({ description: 'Since October 2025: a tier, or a number of recipients' }),
        })
        .meta({ description: 'The value of a phone_number_quality_update change' }),
      ...ofDisplayedNumber,
      derived: {
        schema: z
          .object({
            limit: messagingLimit
              .nullable()
              .meta({ description: 'The limit in force now, null when the event names none' }),
            old_limit: messagingLimit
              .nullable()
              .meta({ description: 'The limit before, null when the event names none' }),
          })
          .meta({ description: "hubcast's reading of the three limit members" }),
        of(value, { timeMs }) {
          const scope = scopeOfTier(value.event, timeMs);
          const business = value.max_daily_conversations_per_business ?? null;
          return {
            limit: business !== null ? readLimit(business, 'portfolio') : readLimit(value.current_limit ?? null, scope),
            old_limit: readLimit(value.old_limit ?? null, scope),
          };
        },
      },
    }),
  ],
  samples: [
    {
      about: 'Throughput is raised (documented)',
      value: { display_phone_number: '15550783881', event: 'THROUGHPUT_UPGRADE', current_limit: 'TIER_UNLIMITED' },
    },
    {
      about: "A number is onboarded (the dashboard's Test button since July 2026)",
      value: {
        display_phone_number: '16505551111',
        event: 'ONBOARDING',
        current_limit: 'TIER_250',
        old_limit: 'TIER_NOT_SET',
        max_daily_conversations_per_business: 'TIER_250',
      },
    },
    {
      about: "A number is flagged (the dashboard's Test button until 2026)",
      value: { display_phone_number: '16505551111', event: 'FLAGGED', current_limit: 'TIER_10K' },
    },
  ],
});
