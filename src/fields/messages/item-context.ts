/** What Meta puts around messages, statuses and calls: the business phone number, and the people they are from or for. */
import * as z from 'zod';
import type { NamedNumber, SentTexts } from '../field.ts';
import { digitsOf, ownNumber, parentUserId, personal, pii, userId } from '../values.ts';
import { conversationContext } from './conversation-context.ts';

const DESCRIPTION = { description: 'What Meta put around the item' };

/** One element of `contacts`. */
export const contact = z
  .looseObject({
    profile: z
      .looseObject({ name: z.string().nullish().meta(pii('name')), username: z.string().nullish().meta(pii('name')) })
      .nullish(),
    wa_id: personal('phone_number', 'May be empty or absent: then the person has a user id only').nullish(),
    user_id: userId.nullish(),
    parent_user_id: parentUserId.nullish(),
    identity_key_hash: personal(
      'user_id',
      'Changes with the identity of the person; only with identity checks',
    ).nullish(),
  })
  .meta({ title: 'Contact' });

export const contacts = z
  .array(contact)
  .nullish()
  .meta({ description: "The item's own contact; all of the value's contacts where it matches none of them" });

const shared = {
  messaging_product: z.string().nullish(),
  metadata: z
    .looseObject(ownNumber)
    .meta({ title: 'Metadata' })
    .nullish()
    .meta({ description: 'The business phone number' }),
  contacts,
  conversation_context: conversationContext.nullish(),
};

export const itemContext = z.looseObject(shared).meta({ title: 'ItemContext', ...DESCRIPTION });

/** Of items that are deeper inside: `inner` describes the objects on the way to them. */
export function itemContextWith<Inner extends z.ZodRawShape>(inner: Inner) {
  return z.looseObject({ ...shared, ...inner }).meta(DESCRIPTION);
}

export function numberOf(_: unknown, { contextText }: SentTexts): NamedNumber | null {
  const digits = digitsOf(contextText('metadata', 'display_phone_number'));
  const id = contextText('metadata', 'phone_number_id');
  return digits === null && id === null ? null : { digits, id };
}
