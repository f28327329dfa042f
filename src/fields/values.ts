/** Building blocks of field schemas. */
import * as z from 'zod';

/** Carries the known values of an open list to the generated schemas; see `openEnum`. */
export const KNOWN_VALUES = 'x-known-values';

/**
 * What redaction and logs do with a member that identifies a person. `id` is for ids that lead to people: those of
 * messages and calls hold the person's number in base64. `unknown` is for values without a documented shape, which may
 * hold anything.
 */
export type Pii = 'phone_number' | 'user_id' | 'name' | 'text' | 'location' | 'media' | 'id' | 'unknown';

export function pii(kind: Pii): { readonly 'x-pii': Pii } {
  return { 'x-pii': kind };
}

/** One of Meta's lists of values. Meta adds to them without notice, so any other string passes too. */
export function openEnum<const Known extends string>(known: readonly Known[]): z.ZodType<Known | (string & {})> {
  return z.string().meta({ [KNOWN_VALUES]: known }) as unknown as z.ZodType<Known | (string & {})>;
}

const NOT_EITHER = 'Invalid input: expected string or number';

/**
 * Ids, phone numbers and times: Meta sends each as text in one place and as a number in another, so both are accepted
 * everywhere. Texts and digits reach keys and subjects as they came.
 */
const textOrNumber = z.union([z.string(), z.number()], NOT_EITHER);

export const unixSeconds = textOrNumber.meta({ description: 'Unix seconds' });

export const idOrNumber = textOrNumber;

/** An id, number or name that leads to a person. */
export function personal(kind: Pii, description?: string) {
  return textOrNumber.meta({ ...(description === undefined ? {} : { description }), ...pii(kind) });
}

/** A quantity that Meta sends as a number in one place and as text in another. */
export const numberOrText = z.union([z.number(), z.string()], NOT_EITHER);

export const phoneDigits = personal('phone_number');

export const userId = personal('user_id', 'Business-scoped user id');

export const parentUserId = personal('user_id', 'User id in the scope of a parent business');

/** A phone number as Meta's webhooks show it: mostly bare digits, sometimes with "+" or spaces. */
export const displayPhoneNumber = z
  .string()
  .meta({ description: 'The business phone number, mostly bare digits', ...pii('phone_number') });

/** What Meta says of the business phone number beside items. */
export const ownNumber = {
  display_phone_number: personal('phone_number', 'The business phone number, mostly bare digits').nullish(),
  phone_number_id: idOrNumber.nullish(),
};

/** E.164 allows 15. */
const MAX_DIGITS = 32;

/** The digits of a displayed number, null when there are none, or more than any number has. */
export function digitsOf(displayed: string | number | null | undefined): string | null {
  const digits = String(displayed ?? '').replace(/\D/g, '');
  return digits === '' || digits.length > MAX_DIGITS ? null : digits;
}

export function numberNamed(displayed: string | number | null | undefined): { digits: string; id: null } | null {
  const digits = digitsOf(displayed);
  return digits === null ? null : { digits, id: null };
}

/** Meta's page of a field. */
export function referencePage(field: string): string {
  return metaPage(`webhooks/reference/${field}`);
}

export function metaPage(path: string): string {
  return `https://developers.facebook.com/documentation/business-messaging/whatsapp/${path}`;
}
