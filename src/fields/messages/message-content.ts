/**
 * What a message can hold, by kind: the member named like its `type`. All members are optional, because Meta adds and
 * leaves out without notice, and a message that a schema refuses helps nobody.
 */
import { z } from 'zod';
import { idOrNumber, numberOrText, pii } from '../values.ts';

const text = z.string().nullish().meta(pii('text'));
const plain = z.string().nullish();

const media = z.looseObject({
  id: idOrNumber.nullish().meta({ description: 'Media id, to fetch it with', ...pii('media') }),
  url: plain.meta(pii('media')),
  mime_type: plain,
  sha256: plain.meta(pii('media')),
  caption: text,
  filename: text,
  voice: z.boolean().nullish(),
  animated: z.boolean().nullish(),
});

const reply = z.looseObject({ id: text, title: text, description: text });

export const errorItem = z.looseObject({
  code: numberOrText.nullish(),
  title: plain,
  message: text,
  error_data: z.looseObject({ details: text }).nullish(),
  href: plain,
});

export const messageContent = {
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
  contacts: z.array(z.looseObject({}).meta({ description: 'A contact somebody shared', ...pii('text') })).nullish(),
  interactive: z
    .looseObject({
      type: plain.meta({ description: 'Names the member that holds the answer' }),
      button_reply: reply.nullish(),
      list_reply: reply.nullish(),
      nfm_reply: z
        .looseObject({
          name: plain,
          body: text,
          response_json: text.meta({ description: 'JSON text whose shape the Flow decides' }),
        })
        .nullish(),
    })
    .nullish(),
  button: z.looseObject({ payload: plain.meta(pii('text')), text }).nullish(),
  order: z
    .looseObject({
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
    })
    .nullish(),
  reaction: z
    .looseObject({
      message_id: plain.meta(pii('id')),
      emoji: text.meta({ description: 'Absent when it was taken back' }),
    })
    .nullish(),
  system: z.looseObject({ body: text, type: plain, wa_id: plain.meta(pii('phone_number')) }).nullish(),
  unsupported: z.looseObject({ type: plain }).nullish(),
  errors: z.array(errorItem).nullish(),
};
