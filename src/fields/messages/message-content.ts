/**
 * What a message can hold, by kind: the member named like its `type`. All members are optional, because Meta adds and
 * leaves out without notice, and a message that a schema refuses helps nobody.
 */
import * as z from 'zod';
import { idOrNumber, numberOrText, parentUserId, personal, pii, unixSeconds, userId } from '../values.ts';
import { contactCard } from './contact-card.ts';

const text = z.string().nullish().meta(pii('text'));
const plain = z.string().nullish();

export const media = z
  .looseObject({
    id: personal('media', 'Media id, to fetch it with').nullish(),
    url: plain.meta(pii('media')),
    mime_type: plain,
    sha256: plain.meta(pii('media')),
    caption: text,
    filename: text,
    voice: z.boolean().nullish(),
    animated: z.boolean().nullish(),
  })
  .meta({ title: 'Media' });

const reply = z.looseObject({ id: personal('text').nullish(), title: text, description: text });

export const errorItem = z
  .looseObject({
    code: numberOrText.nullish(),
    title: plain,
    message: text,
    error_data: z
      .union([z.looseObject({ details: text }), z.string()])
      .nullish()
      .meta(pii('text')),
    href: plain,
  })
  .meta({ title: 'MetaError' });

const interactive = z.looseObject({
  type: plain.meta({ description: 'Names the member that holds the answer' }),
  button_reply: reply.nullish(),
  list_reply: reply.nullish(),
  nfm_reply: z
    .looseObject({
      name: text.meta({ description: 'flow, or the name of another form', ...pii('text') }),
      body: text,
      response_json: z
        .union([z.string(), z.looseObject({})])
        .nullish()
        .meta({ description: 'The answers, as JSON text whose shape the Flow decides', ...pii('text') }),
    })
    .nullish(),
  call_permission_reply: z
    .looseObject({
      response: plain.meta({ description: 'accept or reject' }),
      expiration_timestamp: unixSeconds.nullish(),
      response_source: plain,
    })
    .nullish(),
});

const order = z.looseObject({
  catalog_id: idOrNumber.nullish(),
  text,
  product_items: z
    .array(
      z.looseObject({
        product_retailer_id: idOrNumber.nullish(),
        quantity: numberOrText.nullish(),
        item_price: numberOrText.nullish(),
        currency: plain,
      }),
    )
    .nullish(),
});

/** A person changed their number, their identity or their user id. */
const system = z.looseObject({
  body: text,
  type: plain,
  wa_id: personal('phone_number').nullish(),
  new_wa_id: personal('phone_number', 'The new number, before v12.0').nullish(),
  customer: personal('phone_number', 'The former number').nullish(),
  identity: personal('user_id', 'Changes with the identity of the person').nullish(),
  user_id: userId.nullish(),
  parent_user_id: parentUserId.nullish(),
  previous_user_id: userId.nullish(),
  previous_parent_user_id: parentUserId.nullish(),
});

/** Content that comes in a message and in the new text of an edited one. */
const sentContent = {
  text: z.looseObject({ body: text }).nullish(),
  image: media.nullish(),
  audio: media.nullish(),
  video: media.nullish(),
  document: media.nullish(),
  sticker: media.nullish(),
  location: z
    .looseObject({
      latitude: numberOrText.nullish().meta(pii('location')),
      longitude: numberOrText.nullish().meta(pii('location')),
      name: plain.meta(pii('location')),
      address: plain.meta(pii('location')),
      url: plain.meta(pii('location')),
    })
    .nullish(),
  contacts: z.array(contactCard).nullish(),
};

const messageId = personal('id').nullish();

export const messageContent = {
  ...sentContent,
  interactive: interactive.nullish(),
  button: z.looseObject({ payload: text, text }).nullish(),
  order: order.nullish(),
  reaction: z
    .looseObject({ message_id: messageId, emoji: text.meta({ description: 'Absent when it was taken back' }) })
    .nullish(),
  edit: z
    .looseObject({
      original_message_id: messageId,
      message: z
        .looseObject({ type: plain, context: z.looseObject({ id: messageId }).nullish(), ...sentContent })
        .nullish()
        .meta({ description: 'The message as it reads now', ...pii('text') }),
    })
    .nullish(),
  revoke: z.looseObject({ original_message_id: messageId }).nullish().meta({ description: 'The message was deleted' }),
  media_placeholder: z
    .looseObject({})
    .nullish()
    .meta({ description: 'Stands for media of the past; their id comes in a webhook of its own' }),
  system: system.nullish(),
  unsupported: z.looseObject({ type: plain }).nullish(),
  errors: z.array(errorItem).nullish(),
};
