import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountKey } from '../keys.ts';
import { displayPhoneNumber, idOrNumber, numberNamed, phoneDigits, referencePage } from '../values.ts';
import { accountEvent, accountUpdateParts } from './account-update-parts.ts';

const value = z
  .looseObject({
    event: accountEvent,
    phone_number: z
      .union([
        phoneDigits,
        z.looseObject({ display_phone_number: displayPhoneNumber.nullish(), quality_rating: z.string().nullish() }),
      ])
      .nullish()
      .meta({ description: 'Digits; one SDK has seen an object' }),
    country: z.string().nullish().meta({ description: 'ISO 3166-1 alpha-2' }),
    waba_info: z
      .looseObject({
        waba_id: idOrNumber.nullish().meta({ description: 'The account; the entry id is a business portfolio then' }),
        owner_business_id: idOrNumber.nullish(),
        ad_account_linked: idOrNumber.nullish(),
        ad_account_id: idOrNumber.nullish(),
        partner_app_id: idOrNumber.nullish(),
        solution_id: idOrNumber.nullish(),
        solution_partner_business_ids: z.array(idOrNumber).nullish(),
      })
      .nullish(),
    ...accountUpdateParts,
  })
  .meta({ description: 'The value of an account_update change; which members there are depends on the event' });

type AccountUpdate = z.output<typeof value>;

function displayedNumber({ phone_number: number }: AccountUpdate): string | number | null {
  return (typeof number === 'object' ? number?.display_phone_number : number) ?? null;
}

export const accountUpdate = defineField({
  name: 'account_update',
  family: 'accounts',
  about: 'The life of a WhatsApp Business Account: restrictions, violations, bans, partners, pricing tiers.',
  page: referencePage('account_update'),
  events: [
    wholeValue({
      version: 1,
      value,
      account: ({ waba_info: info }, { entryId, text }) => (info ? text('waba_info', 'waba_id') : entryId),
      phoneNumber: (update) => numberNamed(displayedNumber(update)),
      subject: (update) => numberNamed(displayedNumber(update))?.digits ?? null,
      key: accountKey,
    }),
  ],
  samples: [
    {
      about: 'A number may no longer be called (documented)',
      value: {
        phone_number: '16505552771',
        event: 'ACCOUNT_RESTRICTION',
        restriction_info: [{ restriction_type: 'RESTRICTED_USER_INITIATED_CALLING', expiration: 1641848057 }],
      },
    },
    {
      about: 'A partner was removed (documented)',
      entry: { id: '2949482758682047' },
      value: {
        event: 'PARTNER_REMOVED',
        waba_info: { waba_id: '980198427658004', owner_business_id: '2329417887457253' },
        disconnection_info: { reason: 'PRIMARY_INACTIVITY', initiated_by: 'SYSTEM' },
      },
    },
    {
      about: "An account is verified (the dashboard's Test button)",
      value: { phone_number: '16505551111', event: 'VERIFIED_ACCOUNT' },
    },
  ],
});
