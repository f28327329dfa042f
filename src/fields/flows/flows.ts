import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountPartKey } from '../keys.ts';
import { idOrNumber, metaPage, numberOrText, openEnum } from '../values.ts';

const flowStatus = openEnum(['DRAFT', 'PUBLISHED', 'DEPRECATED', 'BLOCKED', 'THROTTLED']).nullish();

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
          old_status: flowStatus,
          new_status: flowStatus,
          alert_state: openEnum(['ACTIVATED', 'DEACTIVATED']).nullish(),
          threshold: numberOrText.nullish(),
          error_rate: numberOrText.nullish().meta({ description: 'Per cent' }),
          errors: z
            .array(
              z.looseObject({
                error_type: z.string().nullish(),
                error_rate: numberOrText.nullish(),
                error_count: numberOrText.nullish(),
              }),
            )
            .nullish(),
          p50_latency: numberOrText.nullish().meta({ description: 'Milliseconds' }),
          p90_latency: numberOrText.nullish().meta({ description: 'Milliseconds' }),
          requests_count: numberOrText.nullish(),
          availability: numberOrText.nullish().meta({ description: 'Per cent' }),
          warning: z.string().nullish().meta({ description: 'A version of the Flow will freeze or expire' }),
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
