import * as z from 'zod';
import { defineField, eachItem } from '../field.ts';
import { chatKey } from '../keys.ts';
import { itemContext, numberOf } from '../messages/item-context.ts';
import { personAt } from '../person.ts';
import { openEnum, parentUserId, phoneDigits, pii, referencePage, unixSeconds, userId } from '../values.ts';

export const smbAppStateSync = defineField({
  name: 'smb_app_state_sync',
  family: 'contacts',
  about: 'A contact was added, edited or removed in the WhatsApp Business app.',
  page: referencePage('smb_app_state_sync'),
  events: [
    eachItem({
      item: { name: 'state', at: ['state_sync[]'] },
      version: 1,
      value: z
        .looseObject({
          type: openEnum(['contact']),
          contact: z
            .looseObject({
              full_name: z.string().nullish().meta(pii('name')),
              first_name: z.string().nullish().meta(pii('name')),
              phone_number: phoneDigits.nullish(),
              user_id: userId.nullish(),
              parent_user_id: parentUserId.nullish(),
              username: z.string().nullish().meta(pii('name')),
            })
            .nullish()
            .meta({ description: 'Names are absent when it was removed' }),
          action: openEnum(['add', 'remove']).nullish().meta({ description: 'add: added or edited' }),
          metadata: z.looseObject({ timestamp: unixSeconds.nullish() }).nullish(),
        })
        .meta({ description: 'A change in the address book' }),
      context: itemContext,
      person: personAt({
        userId: 'contact.user_id',
        parentId: 'contact.parent_user_id',
        phone: 'contact.wa_id contact.phone_number',
      }),
      seconds: ({ metadata }) => metadata?.timestamp,
      phoneNumber: numberOf,
      subject: (_, { participant }) => participant(),
      key: chatKey,
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
