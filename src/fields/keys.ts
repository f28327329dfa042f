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

function numberPartKey<Read extends keyof Sent>(name: string, part: (sent: Pick<Sent, Read>) => string | null) {
  return {
    about: `phone_number_id:${name}`,
    participant: true as const,
    of: (_: unknown, sent: Pick<Sent, Read | 'number'>) => `${sent.number?.id ?? ''}:${part(sent) ?? ''}`,
  };
}

/** All of one chat in order: with a person, or in a group. */
export const chatKey = numberPartKey(
  'participant',
  ({ text, participant }: Pick<Sent, 'text' | 'participant'>) => text('group_id') ?? participant(),
);

/** The steps of one message in order. Its person is named differently from one webhook to the next. */
export const messageKey = numberPartKey('message id', ({ text }: Pick<Sent, 'text'>) => text('id'));

/** The steps of one call in order. */
export const callKey = numberPartKey('call id', ({ text }: Pick<Sent, 'text'>) => text('id'));

/** All of one group in order, with its messages. */
export const groupKey = numberPartKey('group_id', ({ text }: Pick<Sent, 'text'>) => text('group_id'));
