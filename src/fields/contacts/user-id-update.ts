import * as z from 'zod';
import { defineField, eachItem } from '../field.ts';
import { chatKey } from '../keys.ts';
import { itemContext, numberOf } from '../messages/item-context.ts';
import { personAt } from '../person.ts';
import { parentUserId, phoneDigits, unixSeconds, userId } from '../values.ts';

export const userIdUpdate = defineField({
  name: 'user_id_update',
  family: 'contacts',
  about: "A person's business-scoped id changed; withdrawn from Meta's pages in August 2026, and still sent to some.",
  page: null,
  unsure: true,
  events: [
    eachItem({
      item: { name: 'update', at: ['user_id_update[]'] },
      version: 1,
      value: z
        .looseObject({
          wa_id: phoneDigits.nullish(),
          detail: z.string().nullish(),
          user_id: z.looseObject({ previous: userId.nullish(), current: userId.nullish() }).nullish(),
          parent_user_id: z
            .looseObject({ previous: parentUserId.nullish(), current: parentUserId.nullish() })
            .nullish(),
          timestamp: unixSeconds.nullish(),
        })
        .meta({ description: 'A change of a user id' }),
      context: itemContext,
      person: personAt({
        userId: 'user_id.current user_id.previous',
        parentId: 'parent_user_id.current parent_user_id.previous',
        phone: 'wa_id',
      }),
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: (_, { participant }) => participant(),
      key: chatKey,
    }),
  ],
  samples: [
    {
      about: 'A user id changed (made from the members an SDK knows)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        contacts: [{ profile: { name: 'Pablo M.' }, wa_id: '16505551234' }],
        user_id_update: [
          {
            wa_id: '16505551234',
            detail: '...',
            user_id: { previous: 'US.13491208655302741918', current: 'US.11815799212886844830' },
            timestamp: '1739321024',
          },
        ],
      },
    },
  ],
});
