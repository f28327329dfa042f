import * as z from 'zod';
import { defineField, eachItem } from '../field.ts';
import { referencePage } from '../values.ts';
import { contacts, itemContextWith } from './item-context.ts';
import { echoEvent, messageEvent, statusEvent } from './item-events.ts';

const context = itemContextWith({
  standby: z.looseObject({ contacts }).nullish().meta({ description: 'The object that the item was in' }),
});

const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };

export const standby = defineField({
  name: 'standby',
  family: 'messages',
  about: 'What happens in a chat while another app controls it, such as an agent of Meta.',
  page: referencePage('standby'),
  events: [
    eachItem({
      ...messageEvent,
      item: { name: 'message', at: ['standby.messages[]'] },
      about: 'A message from a person, in a chat that another app controls.',
      context,
    }),
    eachItem({
      ...echoEvent,
      item: { name: 'echo', at: ['standby.message_echoes[]'] },
      about: 'A message that the app in control sent.',
      context,
    }),
    eachItem({
      ...statusEvent,
      item: { name: 'status', at: ['standby.statuses[]'] },
      family: 'message-statuses',
      about: 'What became of a message that the app in control sent.',
      context,
    }),
  ],
  samples: [
    {
      about: 'A person writes (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata,
        standby: {
          contacts: [{ profile: { name: 'Pablo M.' }, wa_id: '16505551234', user_id: 'US.13491208655302741918' }],
          messages: [
            {
              from: '16505551234',
              from_user_id: 'US.13491208655302741918',
              id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=',
              timestamp: '1739321024',
              type: 'text',
              text: { body: '...' },
            },
          ],
        },
      },
    },
    {
      about: 'The agent answers, and the answer is delivered (made from what was seen)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata,
        standby: {
          message_echoes: [
            {
              id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI',
              timestamp: '1739321030',
              message: { to: '16505551234', recipient_type: 'individual', type: 'text', text: { body: '...' } },
            },
          ],
          statuses: [
            {
              id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI',
              status: 'delivered',
              timestamp: '1739321031',
              recipient_id: '16505551234',
            },
          ],
        },
      },
    },
  ],
});
