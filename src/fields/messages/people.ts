/** The members in which messages, statuses and calls name the other side of a chat. */
import { personAt } from '../person.ts';

/** Of a message that a person sent. A system message names who changed their number (`customer` is the old one) or user id. */
export const sender = personAt({
  userId: 'from_user_id system.user_id system.previous_user_id',
  parentId: 'from_parent_user_id system.parent_user_id system.previous_parent_user_id',
  phone: 'from system.customer system.wa_id',
});

/** Of a message that the business sent; one shape of echoes nests it under `message`. */
export const receiver = personAt({
  userId: 'to_user_id message.to_user_id',
  parentId: 'to_parent_user_id message.to_parent_user_id',
  phone: 'to message.to message.recipient',
});

/** Of a message in either direction. The business has no user id, and its number is left out by its digits. */
export const eitherSide = personAt({
  userId: 'from_user_id to_user_id message.to_user_id system.user_id system.previous_user_id',
  parentId:
    'from_parent_user_id to_parent_user_id message.to_parent_user_id system.parent_user_id system.previous_parent_user_id',
  phone: 'from to message.to message.recipient system.customer system.wa_id',
});

/** Of a call in either direction: the business's side is left out in the same way. */
export const callSides = personAt({
  userId: 'from_user_id to_user_id',
  parentId: 'from_parent_user_id to_parent_user_id',
  phone: 'from to',
});

/** Of a receipt; `recipient_user_id` may hold a parent id, and `parent_recipient_user_id` is an older spelling. */
export const recipient = personAt({
  userId: 'recipient_user_id recipient_participant_user_id',
  parentId: 'recipient_parent_user_id parent_recipient_user_id recipient_participant_parent_user_id',
  phone: 'recipient_id recipient_participant_id',
});
