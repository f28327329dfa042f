import * as z from 'zod';
import { errorItem } from '../messages/message-content.ts';
import { parentUserId, personal, phoneDigits, pii, unixSeconds, userId } from '../values.ts';

const text = z.string().nullish().meta(pii('text'));
const plain = z.string().nullish();
const errors = z.array(errorItem).nullish();

const person = {
  wa_id: phoneDigits.nullish(),
  user_id: userId.nullish(),
  parent_user_id: parentUserId.nullish(),
  username: z.string().nullish().meta(pii('name')),
};

const participants = z
  .array(
    z.looseObject({
      ...person,
      input: personal('user_id', 'The number or user id that the request named').nullish(),
      errors,
    }),
  )
  .nullish();

const change = { update_successful: z.boolean().nullish(), errors };

/** What happened to a group; which members there are depends on the field and the type. */
export const group = z
  .looseObject({
    group_id: personal('id').nullish(),
    type: plain,
    timestamp: unixSeconds.nullish(),
    request_id: z.string().nullish().meta({ description: 'Of the API call that caused it' }),
    subject: text.meta({ description: 'Name of the group', ...pii('text') }),
    description: text,
    invite_link: text,
    join_approval_mode: plain,
    added_participants: participants,
    removed_participants: participants,
    failed_participants: participants,
    initiated_by: plain.meta({ description: 'participant or business' }),
    reason: plain,
    join_request_id: personal('id').nullish(),
    ...person,
    group_subject: z.looseObject({ text, ...change }).nullish(),
    group_description: z.looseObject({ text, ...change }).nullish(),
    profile_picture: z
      .looseObject({ mime_type: plain, sha256: plain.meta(pii('media')), ...change })
      .nullish()
      .meta({ description: 'Picture of the group' }),
    errors,
  })
  .meta({ description: 'What happened to a group' });
