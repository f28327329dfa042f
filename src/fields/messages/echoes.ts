import { defineField, eachItem } from '../field.ts';
import { referencePage } from '../values.ts';
import { itemContext } from './item-context.ts';
import { echoEvent } from './item-events.ts';

function echoField<const Name extends string>(name: Name, about: string, page: string | null) {
  return defineField({
    name,
    family: 'messages',
    about,
    page,
    ...(page === null ? { unsure: true as const } : {}),
    events: [eachItem({ ...echoEvent, item: { name: 'message', at: ['message_echoes[]'] }, context: itemContext })],
    samples: [
      {
        about: page === null ? 'A text (made from what was seen)' : 'A text sent with the app (documented)',
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
}

export const smbMessageEchoes = echoField(
  'smb_message_echoes',
  'Messages a business sent with the WhatsApp Business app.',
  referencePage('smb_message_echoes'),
);
export const messageEchoes = echoField('message_echoes', 'Messages a business sent by other means.', null);
