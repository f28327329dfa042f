import * as z from 'zod';
import { defineField, eachItem } from '../field.ts';
import { accountKey } from '../keys.ts';
import { numberOrText, openEnum, personal, referencePage, unixSeconds } from '../values.ts';
import { itemContext, numberOf } from './item-context.ts';

export const automaticEvents = defineField({
  name: 'automatic_events',
  family: 'messages',
  about: 'Meta detected a purchase or a lead in a chat that began with an ad.',
  page: referencePage('automatic_events'),
  events: [
    eachItem({
      item: { name: 'event', at: ['automatic_events[]'] },
      version: 1,
      value: z
        .looseObject({
          id: personal('id').nullish(),
          event_name: openEnum(['LeadSubmitted', 'Purchase']).meta({
            description: "Lower case from the dashboard's Test button",
          }),
          timestamp: unixSeconds.nullish(),
          ctwa_clid: personal('id', 'Click id of the ad').nullish(),
          custom_data: z.looseObject({ currency: z.string().nullish(), value: numberOrText.nullish() }).nullish(),
        })
        .meta({ description: 'A detected event' }),
      context: itemContext,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: (_, { text }) => text('id'),
      // Not the key, but the subject: it is the id of a person's message or click.
      key: { ...accountKey, participant: true },
    }),
  ],
  samples: [
    {
      about: 'A purchase (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        automatic_events: [
          {
            id: 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI',
            event_name: 'Purchase',
            timestamp: 1739321024,
            ctwa_clid: 'example',
            custom_data: { currency: 'USD', value: 25 },
          },
        ],
      },
    },
  ],
});
