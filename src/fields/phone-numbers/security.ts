import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { displayPhoneNumber, openEnum, pii, referencePage } from '../values.ts';
import { ofDisplayedNumber } from './of-displayed-number.ts';

export const security = defineField({
  name: 'security',
  family: 'phone-numbers',
  about: 'The two-step verification PIN of a number was changed or reset.',
  page: referencePage('security'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          display_phone_number: displayPhoneNumber,
          event: openEnum(['PIN_CHANGED', 'PIN_RESET_REQUEST', 'PIN_REQUEST_SUCCESS', 'PIN_RESET_SUCCESS']).meta({
            description: 'A finished reset is PIN_REQUEST_SUCCESS today and PIN_RESET_SUCCESS in older pages',
          }),
          requester: z
            .string()
            .nullish()
            .meta({
              description: 'Who asked for a reset; the Test button has it with PIN_CHANGED too',
              ...pii('user_id'),
            }),
        })
        .meta({ description: 'The value of a security change' }),
      ...ofDisplayedNumber,
    }),
  ],
  samples: [
    {
      about: "A PIN was changed (the dashboard's Test button)",
      value: { display_phone_number: '16505551111', event: 'PIN_CHANGED', requester: '1000' },
    },
  ],
});
