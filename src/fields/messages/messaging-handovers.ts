import * as z from 'zod';
import { defineField, type SentTexts, wholeValue } from '../field.ts';
import { chatKey } from '../keys.ts';
import { personAt } from '../person.ts';
import {
  digitsOf,
  idOrNumber,
  metaPage,
  openEnum,
  ownNumber,
  phoneDigits,
  pii,
  unixSeconds,
  userId,
} from '../values.ts';
import { conversationContext } from './conversation-context.ts';

const owner = openEnum(['ai_agent', 'escalation']).nullish();

/** In the member that the type names. */
const passed = z.looseObject({
  previous_owner_role: owner,
  new_owner_role: owner,
  previous_owner_app_id: idOrNumber.nullish(),
  previous_owner_app_role: z.string().nullish(),
  metadata: z
    .string()
    .nullish()
    .meta({ description: 'What the app that passed it said', ...pii('text') }),
  conversation_context: conversationContext.nullish(),
});

export const messagingHandovers = defineField({
  name: 'messaging_handovers',
  family: 'messages',
  about: 'Control of a chat was passed to another app, or taken.',
  page: metaPage('webhooks/reference/messaging-handovers'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          messaging_product: z.string().nullish(),
          sender: z
            .looseObject({
              phone_number: phoneDigits.nullish(),
              user_id: userId.nullish(),
            })
            .nullish()
            .meta({ description: 'The person of the chat' }),
          recipient: z.looseObject(ownNumber).nullish().meta({ description: 'The business phone number of the chat' }),
          type: openEnum(['control_passed', 'control_taken']).meta({
            description: 'Names the member with the details',
          }),
          timestamp: unixSeconds.nullish(),
          control_passed: passed.nullish(),
          control_taken: passed.nullish(),
        })
        .meta({ description: 'A handover' }),
      // Meta documents user_id and phone_number; the others are read as everywhere, should they come.
      person: personAt({
        userId: 'sender.user_id',
        parentId: 'sender.parent_user_id',
        phone: 'sender.wa_id sender.phone_number',
      }),
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: (_, { text }: SentTexts) => {
        const digits = digitsOf(text('recipient', 'display_phone_number'));
        const id = text('recipient', 'phone_number_id');
        return digits === null && id === null ? null : { digits, id };
      },
      subject: (_, { participant }) => participant(),
      key: chatKey,
    }),
  ],
  samples: [
    {
      about: 'An agent passes a chat on (documented)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        recipient: { phone_number_id: '106540352242922', display_phone_number: '15550783881' },
        sender: { phone_number: '16505551234' },
        timestamp: '1790101000',
        type: 'control_passed',
        control_passed: {
          previous_owner_role: 'ai_agent',
          new_owner_role: 'escalation',
          metadata: 'please help',
          conversation_context: { type: 'summary', summary: { text: '...' } },
        },
      },
    },
  ],
});
