import * as z from 'zod';
import { idOrNumber, openEnum, parentUserId, personal, phoneDigits, pii, unixSeconds, userId } from '../values.ts';
import { errorItem } from './message-content.ts';

const plain = z.string().nullish();

const pricing = z.looseObject({
  billable: z.boolean().nullish(),
  pricing_model: openEnum(['CBP', 'PMP']).nullish(),
  type: openEnum(['regular', 'free_customer_service', 'free_entry_point', 'paid_exempt']).nullish(),
  category: openEnum([
    'authentication',
    'authentication-international',
    'group_marketing',
    'marketing',
    'marketing_lite',
    'referral_conversion',
    'service',
    'utility',
  ]).nullish(),
});

export const status = z
  .looseObject({
    id: personal('id', 'Id of the message it is about'),
    status: openEnum(['sent', 'delivered', 'read', 'failed', 'played']),
    timestamp: unixSeconds.nullish(),
    type: plain.meta({ description: 'payment where it is about a payment' }),
    recipient_id: phoneDigits.nullish().meta({ description: 'A person, or a group where recipient_type says so' }),
    recipient_user_id: personal(
      'user_id',
      'Business-scoped user id, or one in the scope of a parent business',
    ).nullish(),
    recipient_parent_user_id: parentUserId.nullish(),
    parent_recipient_user_id: parentUserId.nullish(),
    recipient_type: openEnum(['group']).nullish(),
    recipient_participant_id: phoneDigits.nullish().meta({ description: 'Who in the group' }),
    recipient_participant_user_id: userId.nullish(),
    recipient_participant_parent_user_id: parentUserId.nullish(),
    recipient_identity_key_hash: personal('user_id').nullish(),
    biz_opaque_callback_data: plain.meta(pii('text')),
    template_id: idOrNumber.nullish(),
    conversation: z
      .looseObject({
        id: personal('id').nullish(),
        expiration_timestamp: unixSeconds.nullish(),
        origin: z.looseObject({ type: plain }).nullish(),
      })
      .nullish()
      .meta({ description: 'From v24.0 on only for free entry points' }),
    pricing: pricing.nullish().meta({ description: 'Often absent, even on sent' }),
    payment: z
      .looseObject({ reference_id: personal('id').nullish() })
      .nullish()
      .meta({ description: 'The payment that it is about' }),
    errors: z.array(errorItem).nullish(),
  })
  .meta({ description: 'What became of a message' });
