import * as z from 'zod';
import { defineField, eachItem } from '../field.ts';
import { accountKey } from '../keys.ts';
import { personal, unixSeconds } from '../values.ts';
import { itemContext, numberOf } from './item-context.ts';

export const trackingEvents = defineField({
  name: 'tracking_events',
  family: 'message-statuses',
  about: 'Clicks and deliveries of marketing messages.',
  page: null,
  events: [
    eachItem({
      item: { name: 'event', at: ['events[]'] },
      version: 1,
      value: z
        .looseObject({
          event_name: z.string(),
          timestamp: unixSeconds.nullish(),
          tracking_data: z
            .looseObject({
              click_id: personal('id').nullish(),
              tracking_token: personal('id').nullish(),
            })
            .nullish(),
        })
        .meta({ description: 'A click or a delivery' }),
      context: itemContext,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: (_, { text }) => text('tracking_data', 'click_id'),
      // Not the key, but the subject: it is the id of a person's message or click.
      key: { ...accountKey, participant: true },
    }),
  ],
  samples: [
    {
      about: 'A click (made from the members an SDK knows)',
      value: {
        events: [
          {
            event_name: 'example',
            timestamp: 1739321024,
            tracking_data: { click_id: 'example', tracking_token: 'example' },
          },
        ],
      },
    },
  ],
});
