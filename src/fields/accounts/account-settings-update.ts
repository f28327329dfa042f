import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountKey } from '../keys.ts';
import { idOrNumber, metaPage, openEnum, unixSeconds } from '../values.ts';

export const accountSettingsUpdate = defineField({
  name: 'account_settings_update',
  family: 'accounts',
  about: 'Settings of a phone number, such as calling, changed; your own changes come too.',
  page: metaPage('calling/call-settings'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          messaging_product: z.string().nullish(),
          timestamp: unixSeconds.nullish(),
          type: openEnum(['phone_number_settings', 'PHONE_NUMBER_SETTINGS']).meta({
            description: 'Lower case in the samples, upper case in the table',
          }),
          phone_number_settings: z
            .looseObject({
              phone_number_id: idOrNumber.nullish(),
              calling: z.looseObject({}).nullish().meta({ description: 'Calling settings; see the page' }),
            })
            .nullish(),
        })
        .meta({ description: 'The value of an account_settings_update change' }),
      seconds: (value) => value.timestamp,
      phoneNumber: (_, { text }) => {
        const id = text('phone_number_settings', 'phone_number_id');
        return id === null ? null : { digits: null, id };
      },
      subject: (_, { text }) => text('phone_number_settings', 'phone_number_id'),
      key: accountKey,
    }),
  ],
  samples: [
    {
      about: 'Calling settings changed (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        timestamp: '1739321024',
        type: 'phone_number_settings',
        phone_number_settings: { phone_number_id: '106540352242922', calling: {} },
      },
    },
  ],
});
