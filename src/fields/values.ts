/** Building blocks of field schemas. */
import { z } from 'zod';

/** One of Meta's lists of values. Meta adds to them without notice, so any other string passes too. */
export function openEnum<const Known extends string>(known: readonly Known[]): z.ZodType<Known | (string & {})> {
  return z.union([z.enum(known as readonly [Known, ...Known[]]), z.string()], 'Invalid input: expected string');
}

/** A phone number as Meta's webhooks show it: mostly bare digits, sometimes with "+" or spaces. */
export const displayPhoneNumber = z
  .string()
  .meta({ description: 'The business phone number, mostly bare digits', 'x-pii': 'phone_number' });

/** The digits of a displayed number, null when there are none. */
export function digitsOf(displayed: string): string | null {
  const digits = displayed.replace(/\D/g, '');
  return digits === '' ? null : digits;
}

/** Key of phone-number events: all of one number in order. */
export const PHONE_NUMBER_KEY_ABOUT = 'account_id:digits';

export function phoneNumberKey(accountId: string | null, digits: string | null): string {
  return `${accountId ?? ''}:${digits ?? ''}`;
}
