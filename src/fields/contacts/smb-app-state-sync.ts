import { z } from 'zod';
import { defineField, eachItem } from '../field.ts';
import { chatKeyOf, numberOf, numberOnly } from '../messages/message-context.ts';
import { openEnum, phoneDigits, pii, referencePage, unixSeconds } from '../values.ts';

export const smbAppStateSync = defineField({
  name: 'smb_app_state_sync',
  family: 'contacts',
  about: 'A contact was added, edited or removed in the WhatsApp Business app.',
  page: referencePage('smb_app_state_sync'),
  events: [
    eachItem({
      item: { name: 'state', at: ['state_sync'] },
      version: 1,
      value: z
        .looseObject({
          type: openEnum(['contact']),
          contact: z
            .looseObject({
              full_name: z.string().nullish().meta(pii('name')),
              first_name: z.string().nullish().meta(pii('name')),
              phone_number: phoneDigits.nullish(),
            })
            .nullish()
            .meta({ description: 'Names are absent when it was removed' }),
          action: openEnum(['add', 'remove']).nullish().meta({ description: 'add: added or edited' }),
          metadata: z.looseObject({ timestamp: unixSeconds.nullish() }).nullish(),
        })
        .meta({ description: 'A change in the address book' }),
      context: numberOnly,
      seconds: ({ metadata }) => metadata?.timestamp,
      phoneNumber: numberOf,
      subject: (_, { text }) => text('contact', 'phone_number'),
      key: chatKeyOf(({ text }) => ({ phone: text('contact', 'phone_number') })),
    }),
  ],
  samples: [
    {
      about: 'A contact is added (documented)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        state_sync: [
          {
            type: 'contact',
            contact: { full_name: 'Pablo Morales', first_name: 'Pablo', phone_number: '16505551234' },
            action: 'add',
            metadata: { timestamp: '1739321024' },
          },
        ],
      },
    },
  ],
});
