import { z } from 'zod';
import { defineField, eachItem } from '../field.ts';
import { CHAT_KEY_ABOUT, chatKey } from '../keys.ts';
import { errorItem } from '../messages/message-content.ts';
import { numberAndPeople, numberOf } from '../messages/message-context.ts';
import { pii, unixSeconds } from '../values.ts';

/** The four fields of groups have one shape: `groups[]`, whose members beyond these depend on the `type`. */
function groupField<const Name extends string>(name: Name, about: string, sample: object) {
  return defineField({
    name,
    family: 'groups',
    about,
    page: null,
    events: [
      eachItem({
        item: { name: 'group', at: ['groups'] },
        version: 1,
        value: z
          .looseObject({
            group_id: z.string().nullish().meta(pii('id')),
            type: z.string().nullish(),
            timestamp: unixSeconds.nullish(),
            request_id: z.string().nullish().meta({ description: 'Of the API call that caused it' }),
            errors: z.array(errorItem).nullish(),
          })
          .meta({ description: 'What happened to a group' }),
        context: numberAndPeople,
        seconds: ({ timestamp }) => timestamp,
        phoneNumber: numberOf,
        subject: (_, { text }) => text('group_id'),
        key: {
          about: CHAT_KEY_ABOUT.replace('participant', 'group_id'),
          // As in the keys of the group's messages.
          participant: true,
          of: (value, sent) => chatKey(numberOf(value, sent)?.id ?? null, sent.text('group_id')),
        },
      }),
    ],
    samples: [
      {
        about: 'Made from the documented members',
        value: {
          messaging_product: 'whatsapp',
          metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
          groups: [{ timestamp: '1739321024', group_id: 'example', request_id: 'example', ...sample }],
        },
      },
    ],
  });
}

export const groupLifecycleUpdate = groupField('group_lifecycle_update', 'A group was created or deleted.', {
  type: 'group_create',
});
export const groupParticipantsUpdate = groupField(
  'group_participants_update',
  'People joined, left, asked to join, or were removed.',
  { type: 'group_join_request_created' },
);
export const groupSettingsUpdate = groupField('group_settings_update', "A group's settings changed.", {});
export const groupStatusUpdate = groupField('group_status_update', 'A group was suspended or is allowed again.', {});
