import { defineField, eachItem } from '../field.ts';
import { referencePage } from '../values.ts';
import { message } from './message.ts';
import { chatKeyOf, numberAndPeople, numberOf } from './message-context.ts';

export const smbMessageEchoes = defineField({
  name: 'smb_message_echoes',
  family: 'messages',
  about: 'Messages a business sent with the WhatsApp Business app.',
  page: referencePage('smb_message_echoes'),
  events: [
    eachItem({
      item: {
        name: 'message',
        at: ['message_echoes'],
        own: { among: 'contacts', by: ['wa_id'], as: ['to'] },
      },
      version: 1,
      value: message,
      context: numberAndPeople,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: ({ id }) => id,
      key: chatKeyOf(({ text }) => ({ group: text('group_id'), phone: text('to') })),
    }),
  ],
  samples: [
    {
      about: 'A text sent with the app (documented)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        message_echoes: [
          {
            from: '15550783881',
            to: '16505551234',
            id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQUFERjg0NDEzNDdFODU3MUMxMAA=',
            timestamp: '1739321024',
            type: 'text',
            text: { body: "Here's the info you requested! https://www.meta.com/quest/quest-3/" },
          },
        ],
      },
    },
  ],
});
