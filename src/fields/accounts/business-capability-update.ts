import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountKey } from '../keys.ts';
import { messagingLimit, readLimit, TIERS } from '../phone-numbers/messaging-limit.ts';
import { numberOrText, openEnum, referencePage } from '../values.ts';

const limit = z.union([openEnum([...TIERS, 'UNLIMITED']), z.number()]);

export const businessCapabilityUpdate = defineField({
  name: 'business_capability_update',
  family: 'accounts',
  about: 'The messaging limit or the number of phone numbers a business may have changed.',
  page: referencePage('business_capability_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          max_daily_conversations_per_business: limit.nullish().meta({
            description: 'Subscriptions of v24.0 and newer: a tier, a number of recipients, UNLIMITED or -1',
          }),
          max_daily_conversation_per_phone: limit.nullish().meta({
            description:
              "Subscriptions of v23.0 and older, announced for removal in February 2026; -1 is unlimited. Since 7 October 2025 the portfolio's limit, whatever its name says",
          }),
          max_phone_numbers_per_business: numberOrText.nullish().meta({ description: 'Only when the limit is 250' }),
          max_phone_numbers_per_waba: numberOrText.nullish().meta({ description: 'Only when the limit is not 250' }),
        })
        .meta({ description: 'The value of a business_capability_update change' }),
      subject: () => null,
      key: accountKey,
      derived: {
        schema: z
          .object({ limit: messagingLimit.nullable().meta({ description: 'null when the event names none' }) })
          .meta({ description: "hubcast's reading of the two limit members" }),
        of: (value) => {
          const limit = value.max_daily_conversations_per_business ?? value.max_daily_conversation_per_phone ?? null;
          return { limit: readLimit(limit, 'portfolio') };
        },
      },
    }),
  ],
  samples: [
    {
      about: 'A business reaches 2,000 recipients a day (made from the documented members)',
      value: { max_daily_conversations_per_business: 2000, max_phone_numbers_per_waba: 25 },
    },
    {
      about: 'The same for an old subscription (made from the documented members)',
      value: { max_daily_conversation_per_phone: 250, max_phone_numbers_per_business: 2 },
    },
  ],
});
