import * as z from 'zod';
import { defineField, eachItem } from '../field.ts';
import { itemContextWith } from '../messages/item-context.ts';
import { errorEvent, historyEvent } from '../messages/item-events.ts';
import { personAt } from '../person.ts';
import { numberOrText, parentUserId, phoneDigits, pii, referencePage, userId } from '../values.ts';

const thread = z.looseObject({
  id: phoneDigits.nullish(),
  context: z
    .looseObject({
      wa_id: phoneDigits.nullish(),
      user_id: userId.nullish(),
      parent_user_id: parentUserId.nullish(),
      username: z.string().nullish().meta(pii('name')),
    })
    .nullish()
    .meta({ description: 'The person of the thread' }),
});

const context = itemContextWith({
  history: z
    .looseObject({
      metadata: z
        .looseObject({
          phase: numberOrText.nullish().meta({ description: '0, 1 or 2' }),
          chunk_order: numberOrText.nullish().meta({ description: 'Chunks may come in any order' }),
          progress: numberOrText.nullish(),
        })
        .nullish(),
      threads: thread.nullish(),
    })
    .nullish()
    .meta({ description: 'The chunk that the item was in, and the thread of a message' }),
});

export const history = defineField({
  name: 'history',
  family: 'history',
  about: 'The chats of a number from before it was onboarded.',
  page: referencePage('history'),
  events: [
    eachItem({
      ...historyEvent,
      // Media of the past come in the two shorter shapes, and only there with their id.
      item: { name: 'message', at: ['history[].threads[].messages[]', 'messages[]', 'message_echoes[]'] },
      about: 'A message of the past, from either side.',
      context,
      personAround: personAt({
        userId: 'history.threads.context.user_id',
        parentId: 'history.threads.context.parent_user_id',
        phone: 'history.threads.context.wa_id history.threads.id',
      }),
    }),
    eachItem({
      ...errorEvent,
      item: { name: 'error', at: ['history[].errors[]'] },
      about: 'The history is not shared: 2593109 means that the business declined.',
      context,
    }),
  ],
  samples: [
    {
      about: 'A chunk with one thread (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        history: [
          {
            metadata: { phase: 0, chunk_order: 1, progress: 55 },
            threads: [
              {
                id: '16505551234',
                messages: [
                  {
                    from: '15550783881',
                    to: '16505551234',
                    id: 'wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA',
                    timestamp: '1739230955',
                    type: 'text',
                    text: { body: '...' },
                    history_context: { status: 'READ' },
                  },
                ],
              },
            ],
          },
        ],
      },
    },
    {
      about: 'A photo of the past (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        messages: [
          {
            from: '16505551234',
            id: 'wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEB',
            timestamp: '1739230956',
            type: 'image',
            image: { mime_type: 'image/jpeg', sha256: '...', id: '24230790383178626' },
          },
        ],
      },
    },
    {
      about: 'The business declined (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
        history: [{ errors: [{ code: 2593109, title: '...', message: '...', error_data: { details: '...' } }] }],
      },
    },
  ],
});
