/** Which events keep their order among each other. Consumers rely on these keys: they never change. */
import type { Sent } from './field.ts';

type AccountSent = Pick<Sent, 'accountId' | 'entryId'>;

/** All of one business phone number in order. */
export function phoneNumberKey<Value>(digits: (value: Value) => string | null) {
  return {
    about: 'account_id:digits',
    of: (value: Value, { accountId }: AccountSent) => `${accountId ?? ''}:${digits(value) ?? ''}`,
  };
}

/** All of one account in order; of one entry where the account is not known. */
export const accountKey = {
  about: 'account_id, else entry_id',
  of: (_: unknown, { accountId, entryId }: AccountSent) => accountId ?? entryId,
};

/** All of one thing of an account in order, such as a template. */
export function accountPartKey(name: string, member: string) {
  return {
    about: `account_id:${name}`,
    of: (_: unknown, { accountId, text }: Pick<Sent, 'accountId' | 'text'>) =>
      `${accountId ?? ''}:${text(member) ?? ''}`,
  };
}

export const entryKey = { about: 'entry_id', of: (_: unknown, { entryId }: Pick<Sent, 'entryId'>) => entryId };

/** All of one chat in order. */
export const CHAT_KEY_ABOUT = 'phone_number_id:participant';

export function chatKey(phoneNumberId: string | null, participant: string | null): string {
  return `${phoneNumberId ?? ''}:${participant ?? ''}`;
}
