import { z } from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountPartKey } from '../keys.ts';
import { idOrNumber, metaPage, numberOrText, openEnum } from '../values.ts';

export const flows = defineField({
  name: 'flows',
  family: 'flows',
  about: 'A WhatsApp Flow changed its status, or its clients or endpoint crossed a threshold.',
  page: metaPage('flows/guides/flowswebhooks'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          event: openEnum([
            'FLOW_STATUS_CHANGE',
            'CLIENT_ERROR_RATE',
            'ENDPOINT_ERROR_RATE',
            'ENDPOINT_LATENCY',
            'ENDPOINT_AVAILABILITY',
            'FLOW_VERSION_EXPIRY_WARNING',
          ]),
          flow_id: idOrNumber.nullish(),
          message: z.string().nullish(),
          old_status: z.string().nullish(),
          new_status: z.string().nullish(),
          alert_state: openEnum(['ACTIVATED', 'DEACTIVATED']).nullish(),
          threshold: numberOrText.nullish(),
        })
        .meta({ description: 'The value of a flows change; which members there are depends on the event' }),
      subject: (_, { text }) => text('flow_id'),
      key: accountPartKey('flow_id', 'flow_id'),
    }),
  ],
  samples: [
    {
      about: "A Flow's status changed (made from the documented members)",
      value: {
        event: 'FLOW_STATUS_CHANGE',
        message: '...',
        flow_id: '6627390910605886',
        old_status: 'DRAFT',
        new_status: 'PUBLISHED',
      },
    },
  ],
});
