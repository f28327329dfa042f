import * as z from 'zod';
import { defineField, eachItem } from '../field.ts';
import { chatKey } from '../keys.ts';
import { itemContext, numberOf } from '../messages/item-context.ts';
import { CONTACT } from '../person.ts';
import { openEnum, parentUserId, personal, phoneDigits, referencePage, unixSeconds, userId } from '../values.ts';

export const userPreferences = defineField({
  name: 'user_preferences',
  family: 'contacts',
  about: 'A person stops or resumes marketing messages.',
  page: referencePage('user_preferences'),
  events: [
    eachItem({
      item: { name: 'preference', at: ['user_preferences[]'] },
      version: 1,
      value: z
        .looseObject({
          wa_id: phoneDigits.nullish().meta({ description: 'May be empty' }),
          user_id: userId.nullish(),
          parent_user_id: parentUserId.nullish(),
          detail: z.string().nullish(),
          category: openEnum(['marketing_messages']).nullish(),
          value: openEnum(['stop', 'resume']),
          timestamp: unixSeconds.nullish(),
          signup_id: personal('id').nullish(),
        })
        .meta({ description: "A person's preference" }),
      context: itemContext,
      person: CONTACT,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: (_, { participant }) => participant(),
      key: chatKey,
    }),
  ],
  samples: [
    {
      about: 'A person stops marketing messages (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        contacts: [{ profile: { name: 'Pablo M.' }, wa_id: '16505551234' }],
        user_preferences: [
          {
            wa_id: '16505551234',
            detail: '...',
            category: 'marketing_messages',
            value: 'stop',
            timestamp: 1731705721,
          },
        ],
      },
    },
  ],
});
