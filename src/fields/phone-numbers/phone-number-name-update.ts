import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { displayPhoneNumber, openEnum, pii, referencePage } from '../values.ts';
import { ofDisplayedNumber } from './of-displayed-number.ts';

export const phoneNumberNameUpdate = defineField({
  name: 'phone_number_name_update',
  family: 'phone-numbers',
  about: "The outcome of the review of a phone number's display name.",
  page: referencePage('phone_number_name_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          display_phone_number: displayPhoneNumber,
          decision: openEnum(['APPROVED', 'DEFERRED', 'PENDING', 'REJECTED']).meta({
            description: 'DEFERRED: the review is postponed, the name may be used meanwhile',
          }),
          requested_verified_name: z
            .string()
            .nullish()
            .meta({ description: 'The display name that was reviewed', ...pii('name') }),
          rejection_reason: openEnum([
            'NAME_EMPLOYEE_ISSUE',
            'NAME_ENDCLIENT_NOTRELATED',
            'NAME_FORMAT_UNACCEPTABLE',
            'NAME_INDIVIDUAL_ISSUE',
            'NAME_NOT_CONSISTENT',
            'UNKNOWN',
          ])
            .nullish()
            .meta({ description: 'null on approval' }),
        })
        .meta({ description: 'The value of a phone_number_name_update change' }),
      ...ofDisplayedNumber,
    }),
  ],
  samples: [
    {
      about: 'A name is rejected (documented)',
      value: {
        display_phone_number: '15550783881',
        decision: 'REJECTED',
        requested_verified_name: 'Lucky Shrub',
        rejection_reason: 'NAME_FORMAT_UNACCEPTABLE',
      },
    },
    {
      about: "A name is approved (the dashboard's Test button)",
      value: {
        display_phone_number: '16505551111',
        decision: 'APPROVED',
        requested_verified_name: 'WhatsApp',
        rejection_reason: null,
      },
    },
  ],
});
