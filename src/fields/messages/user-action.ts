import * as z from 'zod';
import { idOrNumber, openEnum, personal, unixSeconds } from '../values.ts';

export const userAction = z
  .looseObject({
    action_type: openEnum(['marketing_messages_link_click', 'landing_page_view']),
    timestamp: unixSeconds.nullish(),
    marketing_messages_link_click_data: z
      .looseObject({
        click_component: z.string().nullish().meta({ description: 'cta or body' }),
        product_id: idOrNumber.nullish(),
        click_id: personal('id').nullish(),
        tracking_token: personal('id').nullish(),
      })
      .nullish(),
  })
  .meta({ description: 'What a person did with a marketing message' });
