import { defineField, eachItem } from '../field.ts';
import { groupKey } from '../keys.ts';
import { itemContext, numberOf } from '../messages/item-context.ts';
import { personAt } from '../person.ts';
import { group } from './group.ts';

const LISTS = ['added_participants', 'removed_participants', 'failed_participants'];
const everywhere = (member: string) => [member, ...LISTS.map((list) => `${list}.${member}`)].join(' ');

/** All people that an item names, so that their contacts go with it. The key is the group's. */
const participants = personAt({
  userId: everywhere('user_id'),
  parentId: everywhere('parent_user_id'),
  phone: `${everywhere('wa_id')} ${LISTS.map((list) => `${list}.input`).join(' ')}`,
});

/** The fields of groups have one shape: `groups[]`. */
function groupField<const Name extends string>(name: Name, about: string, sample: object, unsure: boolean = false) {
  return defineField({
    name,
    family: 'groups',
    about,
    page: null,
    ...(unsure ? { unsure: true as const } : {}),
    events: [
      eachItem({
        item: { name: 'group', at: ['groups[]'] },
        version: 1,
        value: group,
        context: itemContext,
        person: participants,
        seconds: ({ timestamp }) => timestamp,
        phoneNumber: numberOf,
        subject: (_, { text }) => text('group_id'),
        key: groupKey,
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
export const groupParticipantUpdate = groupField(
  'group_participant_update',
  'Another spelling of group_participants_update that was seen.',
  { type: 'group_join_request_created' },
  true,
);
export const groupSettingsUpdate = groupField('group_settings_update', "A group's settings changed.", {});
export const groupStatusUpdate = groupField('group_status_update', 'A group was suspended or is allowed again.', {});
