import { z } from 'zod';
import { defineField, eachItem, type Sent } from '../field.ts';
import { CHAT_KEY_ABOUT, chatKey } from '../keys.ts';
import { message } from '../messages/message.ts';
import { errorItem } from '../messages/message-content.ts';
import { numberContext, numberOf } from '../messages/message-context.ts';
import { numberOrText, phoneDigits, referencePage } from '../values.ts';

const chunk = {
  metadata: z
    .looseObject({
      phase: numberOrText.nullish().meta({ description: '0, 1 or 2' }),
      chunk_order: numberOrText.nullish().meta({ description: 'Chunks may come in any order' }),
      progress: numberOrText.nullish(),
    })
    .nullish(),
};

const chunkContext = z
  .looseObject({ ...numberContext, history: z.looseObject(chunk).nullish() })
  .meta({ description: 'What Meta put around the item' });

const threadContext = z
  .looseObject({
    ...numberContext,
    history: z
      .looseObject({ ...chunk, threads: z.looseObject({ id: phoneDigits.nullish() }).nullish() })
      .nullish()
      .meta({ description: 'The chunk and the thread the message stood in' }),
  })
  .meta({ description: 'What Meta put around the item' });

type ThreadSent = Pick<Sent<z.output<typeof threadContext>>, 'context' | 'contextText'>;

export const history = defineField({
  name: 'history',
  family: 'history',
  about: 'The chats of a number from before it was onboarded.',
  page: referencePage('history'),
  events: [
    eachItem({
      item: { name: 'message', at: ['history', 'threads', 'messages'] },
      about: 'A message of the past.',
      version: 1,
      value: message
        .extend({
          history_context: z
            .looseObject({ status: z.string().nullish() })
            .nullish()
            .meta({ description: 'What had become of it' }),
        })
        .meta({ description: 'A message' }),
      context: threadContext,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: ({ id }) => id,
      key: {
        about: `${CHAT_KEY_ABOUT} (the thread's)`,
        participant: true,
        of: (value, sent: ThreadSent) =>
          chatKey(numberOf(value, sent)?.id ?? null, sent.context.history?.threads?.id ?? null),
      },
    }),
    eachItem({
      item: { name: 'error', at: ['history', 'errors'] },
      about: 'The history is not shared: 2593109 means that the business declined.',
      version: 1,
      value: errorItem.meta({ description: 'An error' }),
      context: chunkContext,
      phoneNumber: numberOf,
      subject: () => null,
      key: { about: 'phone_number_id:', of: (value, sent) => chatKey(numberOf(value, sent)?.id ?? null, null) },
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
