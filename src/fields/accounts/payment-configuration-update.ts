import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountKey } from '../keys.ts';
import { openEnum, referencePage, unixSeconds } from '../values.ts';

export const paymentConfigurationUpdate = defineField({
  name: 'payment_configuration_update',
  family: 'accounts',
  about: 'A payment gateway configuration changed (India, Brazil).',
  page: referencePage('payment_configuration_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          configuration_name: z.string().nullish(),
          provider_name: openEnum(['billdesk', 'payu', 'razorpay', 'zaakpay']).nullish(),
          provider_mid: z.string().nullish(),
          status: openEnum(['Active', 'Needs Connecting', 'Needs Testing']).nullish(),
          created_timestamp: unixSeconds.nullish(),
          updated_timestamp: unixSeconds.nullish(),
        })
        .meta({ description: 'The value of a payment_configuration_update change' }),
      seconds: (value) => value.updated_timestamp ?? value.created_timestamp,
      subject: (_, { text }) => text('configuration_name'),
      key: accountKey,
    }),
  ],
  samples: [
    {
      about: 'A configuration needs testing (made from the documented members)',
      value: {
        configuration_name: 'example',
        provider_name: 'razorpay',
        provider_mid: 'example',
        status: 'Needs Testing',
        created_timestamp: 1739321024,
        updated_timestamp: 1739321024,
      },
    },
  ],
});
