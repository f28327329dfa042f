import { defineField, eachItem, type Sent } from '../field.ts';
import { metaPage } from '../values.ts';
import { message, status } from './message.ts';
import { errorItem } from './message-content.ts';
import { chatKeyOf, numberAndPeople, numberOf, type Participant } from './message-context.ts';

type Text = Pick<Sent, 'text'>;

export const messages = defineField({
  name: 'messages',
  family: 'messages',
  about: 'Messages from people, what became of yours, and errors.',
  page: metaPage('webhooks/reference/messages'),
  events: [
    eachItem({
      item: {
        name: 'message',
        at: ['messages'],
        own: { among: 'contacts', by: ['user_id', 'wa_id'], as: ['from_user_id', 'from'] },
      },
      about: 'A message from a person, to you or to a group you are in.',
      version: 1,
      value: message,
      context: numberAndPeople,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: ({ id }) => id,
      key: chatKeyOf(messageParticipant),
    }),
    eachItem({
      item: {
        name: 'status',
        at: ['statuses'],
        own: { among: 'contacts', by: ['user_id', 'wa_id'], as: ['recipient_user_id', 'recipient_id'] },
      },
      family: 'message-statuses',
      about:
        'What became of a message you sent: sent, delivered, read, failed, played. In a group, one for each participant.',
      version: 1,
      value: status,
      context: numberAndPeople,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: ({ id }) => id,
      key: chatKeyOf(statusParticipant),
    }),
    eachItem({
      item: { name: 'error', at: ['errors'] },
      about: 'An error that belongs to no message.',
      version: 1,
      value: errorItem.meta({ description: 'An error' }),
      context: numberAndPeople,
      phoneNumber: numberOf,
      subject: () => null,
      key: chatKeyOf(() => ({ phone: null })),
    }),
  ],
  samples: [
    {
      about: "A text (the dashboard's Test button)",
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '16505551111', phone_number_id: '123456123' },
        contacts: [{ profile: { name: 'test user name' }, wa_id: '16315551181', user_id: 'US.13491208655302741918' }],
        messages: [
          {
            id: 'ABGGFlA5Fpa',
            timestamp: '1504902988',
            from: '16315551181',
            from_user_id: 'US.13491208655302741918',
            type: 'text',
            text: { body: 'this is a text message' },
          },
        ],
      },
    },
    {
      about: 'A message was sent (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        statuses: [
          {
            id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI',
            status: 'sent',
            timestamp: '1750030073',
            recipient_id: '16505551234',
            pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'utility' },
          },
        ],
      },
    },
    {
      about: 'An error of the number (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        errors: [{ code: 130429, title: 'Rate limit hit', message: 'Rate limit hit', error_data: { details: '...' } }],
      },
    },
  ],
});

function messageParticipant({ text }: Text): Participant {
  return { group: text('group_id'), userId: text('from_user_id'), phone: text('from') };
}

function statusParticipant({ text }: Text): Participant {
  const group = text('recipient_type') === 'group' ? text('recipient_id') : null;
  return { group, userId: text('recipient_user_id'), phone: text('recipient_id') };
}
