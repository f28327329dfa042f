/** One message, received, sent elsewhere, or of long ago: the same object in `messages`, the echoes and the history. */
import { z } from 'zod';
import { openEnum, phoneDigits, pii, unixSeconds } from '../values.ts';
import { messageContent } from './message-content.ts';

export const message = z
  .looseObject({
    id: z.string().meta({ description: 'WhatsApp message id (wamid)', ...pii('id') }),
    type: openEnum([
      'text',
      'image',
      'audio',
      'video',
      'document',
      'sticker',
      'location',
      'contacts',
      'interactive',
      'button',
      'order',
      'reaction',
      'system',
      'unsupported',
    ]).meta({ description: 'Names the member that holds the content' }),
    timestamp: unixSeconds.nullish(),
    from: phoneDigits.nullish().meta({ description: 'May be empty: then the sender has a user id only' }),
    from_user_id: z
      .string()
      .nullish()
      .meta({ description: 'Business-scoped user id', ...pii('user_id') }),
    from_parent_user_id: z.string().nullish().meta(pii('user_id')),
    to: phoneDigits.nullish().meta({ description: 'Of messages the business sent' }),
    group_id: z
      .string()
      .nullish()
      .meta({ description: 'Of messages in a group', ...pii('id') }),
    context: z
      .looseObject({ from: phoneDigits.nullish(), id: z.string().nullish().meta(pii('id')) })
      .nullish()
      .meta({ description: 'The message this one answers' }),
    ...messageContent,
  })
  .meta({ description: 'A message' });

export const status = z
  .looseObject({
    id: z.string().meta({ description: 'Id of the message it is about', ...pii('id') }),
    status: openEnum(['sent', 'delivered', 'read', 'failed', 'played']),
    timestamp: unixSeconds.nullish(),
    recipient_id: phoneDigits.nullish().meta({ description: 'A person, or a group where recipient_type says so' }),
    recipient_user_id: z
      .string()
      .nullish()
      .meta({ description: 'Business-scoped user id', ...pii('user_id') }),
    recipient_type: openEnum(['group']).nullish(),
    recipient_participant_id: phoneDigits.nullish().meta({ description: 'Who in the group' }),
    recipient_identity_key_hash: z.string().nullish().meta(pii('user_id')),
    biz_opaque_callback_data: z.string().nullish().meta(pii('text')),
    conversation: z
      .looseObject({
        id: z.string().nullish().meta(pii('id')),
        expiration_timestamp: unixSeconds.nullish(),
        origin: z.looseObject({ type: z.string().nullish() }).nullish(),
      })
      .nullish()
      .meta({ description: 'From v24.0 on only for free entry points' }),
    pricing: z
      .looseObject({
        billable: z.boolean().nullish(),
        pricing_model: z.string().nullish(),
        type: z.string().nullish(),
        category: z.string().nullish(),
      })
      .nullish()
      .meta({ description: 'Often absent, even on sent' }),
    errors: messageContent.errors,
  })
  .meta({ description: 'What became of a message' });

export const callStatus = z
  .looseObject({
    id: z.string().meta({ description: 'Call id', ...pii('id') }),
    type: openEnum(['call']).nullish(),
    status: openEnum(['RINGING', 'ACCEPTED', 'REJECTED']),
    timestamp: unixSeconds.nullish(),
    recipient_id: phoneDigits.nullish(),
    recipient_user_id: z
      .string()
      .nullish()
      .meta({ description: 'Business-scoped user id', ...pii('user_id') }),
  })
  .meta({ description: 'What became of a call the business made' });

export const call = z
  .looseObject({
    id: z.string().meta({ description: 'Call id', ...pii('id') }),
    event: openEnum(['connect', 'terminate', 'call_created']).nullish(),
    timestamp: unixSeconds.nullish(),
    from: phoneDigits.nullish(),
    from_user_id: z
      .string()
      .nullish()
      .meta({ description: 'Business-scoped user id', ...pii('user_id') }),
    to: phoneDigits.nullish(),
    direction: openEnum(['USER_INITIATED', 'BUSINESS_INITIATED']).nullish(),
    session: z
      .looseObject({ sdp_type: z.string().nullish(), sdp: z.string().nullish().meta(pii('text')) })
      .nullish()
      .meta({ description: 'Session description (RFC 8866)' }),
    biz_opaque_callback_data: z.string().nullish().meta(pii('text')),
  })
  .meta({ description: 'A step in the life of a call' });
