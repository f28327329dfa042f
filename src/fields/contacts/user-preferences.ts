import { z } from 'zod';
import { defineField, eachItem } from '../field.ts';
import { chatKeyOf, numberAndPeople, numberOf } from '../messages/message-context.ts';
import { idOrNumber, openEnum, phoneDigits, pii, referencePage, unixSeconds } from '../values.ts';

export const userPreferences = defineField({
  name: 'user_preferences',
  family: 'contacts',
  about: 'A person stops or resumes marketing messages.',
  page: referencePage('user_preferences'),
  events: [
    eachItem({
      item: {
        name: 'preference',
        at: ['user_preferences'],
        own: { among: 'contacts', by: ['user_id', 'wa_id'], as: ['user_id', 'wa_id'] },
      },
      version: 1,
      value: z
        .looseObject({
          wa_id: phoneDigits.nullish().meta({ description: 'May be empty' }),
          user_id: z
            .string()
            .nullish()
            .meta({ description: 'Business-scoped user id', ...pii('user_id') }),
          detail: z.string().nullish(),
          category: openEnum(['marketing_messages']).nullish(),
          value: openEnum(['stop', 'resume']),
          timestamp: unixSeconds.nullish(),
          signup_id: idOrNumber.nullish().meta(pii('id')),
        })
        .meta({ description: "A person's preference" }),
      context: numberAndPeople,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: (_, { text }) => text('user_id') ?? text('wa_id'),
      key: chatKeyOf(({ text }) => ({ userId: text('user_id'), phone: text('wa_id') })),
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
