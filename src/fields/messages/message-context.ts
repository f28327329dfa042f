/** What Meta puts around messages, statuses and calls: the business number, and the people they are from or for. */
import { z } from 'zod';
import type { NamedNumber, Sent } from '../field.ts';
import { CHAT_KEY_ABOUT, chatKey } from '../keys.ts';
import { digitsOf, displayPhoneNumber, idOrNumber, pii } from '../values.ts';

export const numberContext = {
  messaging_product: z.string().nullish(),
  metadata: z
    .looseObject({ display_phone_number: displayPhoneNumber.nullish(), phone_number_id: idOrNumber.nullish() })
    .nullish()
    .meta({ description: 'The business phone number' }),
};

const contact = z.looseObject({
  profile: z
    .looseObject({
      name: z.string().nullish().meta(pii('name')),
      username: z.string().nullish().meta(pii('name')),
    })
    .nullish(),
  wa_id: z
    .string()
    .nullish()
    .meta({ description: 'May be empty', ...pii('phone_number') }),
  user_id: z
    .string()
    .nullish()
    .meta({ description: 'Business-scoped user id: the name of a person that stays', ...pii('user_id') }),
  parent_user_id: z.string().nullish().meta(pii('user_id')),
});

export const numberAndPeople = z
  .looseObject({
    ...numberContext,
    contacts: z.array(contact).nullish().meta({ description: "The item's own contact, of those Meta sent with it" }),
  })
  .meta({ description: 'What Meta put around the item' });

export const numberOnly = z.looseObject(numberContext).meta({ description: 'What Meta put around the item' });

type Around = Pick<Sent, 'contextText'>;

export function numberOf(_: unknown, { contextText }: Around): NamedNumber | null {
  const digits = digitsOf(contextText('metadata', 'display_phone_number'));
  const id = contextText('metadata', 'phone_number_id');
  return digits === null && id === null ? null : { digits, id };
}

type People = readonly { readonly wa_id?: string | null | undefined; readonly user_id?: string | null | undefined }[];

interface ChatSent extends Pick<Sent, 'text' | 'contextText'> {
  readonly context: { readonly contacts?: People | null | undefined; readonly [member: string]: unknown };
}

/** Key of a chat. `participant` names the other side; an item's own contact names it where the item does not. */
export function chatKeyOf(participant: (sent: Pick<Sent, 'text' | 'contextText'>) => Participant) {
  return {
    about: CHAT_KEY_ABOUT,
    participant: true as const,
    of(_: unknown, sent: ChatSent) {
      const { group, userId, phone } = participant(sent);
      const { contacts } = sent.context;
      const own = contacts?.length === 1 ? contacts[0] : undefined;
      const name = group || userId || own?.user_id || phone || own?.wa_id || null;
      return chatKey(sent.contextText('metadata', 'phone_number_id'), name);
    },
  };
}

/** Who is on the other side; a group's items are together whoever they are from. */
export interface Participant {
  readonly group?: string | null;
  readonly userId?: string | null;
  readonly phone: string | null;
}
