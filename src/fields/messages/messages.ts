import { defineField, eachItem } from '../field.ts';
import { chatKey } from '../keys.ts';
import { metaPage } from '../values.ts';
import { itemContext } from './item-context.ts';
import { errorEvent, identified, messageEvent, statusEvent } from './item-events.ts';
import { userAction } from './user-action.ts';

export const messages = defineField({
  name: 'messages',
  family: 'messages',
  about: 'Messages from people, what became of yours, and errors.',
  page: metaPage('webhooks/reference/messages'),
  events: [
    eachItem({
      ...messageEvent,
      item: { name: 'message', at: ['messages[]'] },
      about: 'A message from a person, to you or to a group you are in.',
      context: itemContext,
    }),
    eachItem({
      ...statusEvent,
      item: { name: 'status', at: ['statuses[]'] },
      family: 'message-statuses',
      about:
        'What became of a message you sent: sent, delivered, read, failed, played. In a group, one for each participant.',
      context: itemContext,
    }),
    eachItem({
      ...identified,
      item: { name: 'user_action', at: ['user_actions[]'] },
      family: 'message-statuses',
      about: 'A person clicked the link of a marketing message, or opened its landing page.',
      value: userAction,
      context: itemContext,
      subject: (_, { text }) => text('marketing_messages_link_click_data', 'click_id'),
      key: chatKey,
    }),
    eachItem({
      ...errorEvent,
      item: { name: 'error', at: ['errors[]'] },
      about: 'An error that belongs to no message.',
      context: itemContext,
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
      about: 'A person clicked a link, and its page opened (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        user_actions: [
          {
            action_type: 'marketing_messages_link_click',
            timestamp: '1750030073',
            marketing_messages_link_click_data: {
              click_component: 'cta',
              click_id: 'example',
              tracking_token: 'example',
            },
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
