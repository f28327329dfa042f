/** One message, received, sent elsewhere, or of long ago: the same object in `messages`, the echoes and the history. */
import * as z from 'zod';
import { idOrNumber, openEnum, parentUserId, personal, phoneDigits, unixSeconds, userId } from '../values.ts';
import { messageContent } from './message-content.ts';

const plain = z.string().nullish();

const kind = openEnum([
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
  'edit',
  'revoke',
  'system',
  'media_placeholder',
  'unsupported',
]).meta({ description: 'Names the member that holds the content' });

/** The message that this one answers, or that a button and a product belong to. */
const answered = z
  .looseObject({
    from: phoneDigits.nullish(),
    id: personal('id').nullish(),
    forwarded: z.boolean().nullish(),
    frequently_forwarded: z.boolean().nullish().meta({ description: 'More than five times' }),
    referred_product: z
      .looseObject({ catalog_id: idOrNumber.nullish(), product_retailer_id: idOrNumber.nullish() })
      .nullish()
      .meta({ description: 'The product that the person asks about' }),
  })
  .meta({ title: 'MessageContext' });

/** The ad or post through which the person came. */
const referral = z.looseObject({
  source_url: plain,
  source_type: plain.meta({ description: 'ad or post' }),
  source_id: idOrNumber.nullish(),
  headline: plain,
  body: plain,
  media_type: plain.meta({ description: 'image or video' }),
  image_url: plain,
  video_url: plain,
  thumbnail_url: plain,
  ctwa_clid: personal('id', 'Click id of an ad that leads to WhatsApp').nullish(),
  welcome_message: z.looseObject({ text: plain }).nullish(),
});

export const message = z
  .looseObject({
    id: personal('id', 'WhatsApp message id (wamid)'),
    type: kind,
    timestamp: unixSeconds.nullish(),
    from: phoneDigits.nullish().meta({ description: 'May be empty or absent: then the sender has a user id only' }),
    from_user_id: userId.nullish(),
    from_parent_user_id: parentUserId.nullish(),
    to: phoneDigits
      .nullish()
      .meta({ description: 'Of messages the business sent; absent where there is a user id only' }),
    to_user_id: userId.nullish(),
    to_parent_user_id: parentUserId.nullish(),
    group_id: personal('id', 'Of messages in a group').nullish(),
    context: answered.nullish().meta({ description: 'The message that this one answers, or how it came' }),
    referral: referral.nullish().meta({ description: 'The ad or post through which the person came' }),
    ...messageContent,
  })
  .meta({ description: 'A message' });

/** A message that the business sent by other means: its content is in it, or in `message`. */
export const echo = message
  .extend({
    type: kind.nullish(),
    message: z
      .looseObject({
        to: phoneDigits.nullish(),
        to_user_id: userId.nullish(),
        to_parent_user_id: parentUserId.nullish(),
        recipient: personal('user_id', 'The number or user id it was sent to').nullish(),
        recipient_type: plain,
        type: kind.nullish(),
        ...messageContent,
      })
      .nullish()
      .meta({ description: 'The message, where Meta nests it' }),
  })
  .meta({ description: 'A message that the business sent' });

export const historyMessage = echo
  .extend({
    history_context: z.looseObject({ status: plain }).nullish().meta({ description: 'What had become of it' }),
  })
  .meta({ description: 'A message' });
