/** Building blocks of field schemas. */
import { z } from 'zod';

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

/** Unix seconds: a string in some fields, a number in others, either in some. */
const NOT_EITHER = 'Invalid input: expected string or number';

export const unixSeconds = z.union([z.string(), z.number()], NOT_EITHER).meta({ description: 'Unix seconds' });

/** An id that Meta sends as a string in one place and as a number in another. */
export const idOrNumber = z.union([z.string(), z.number()], NOT_EITHER);

/** A quantity that comes as a number in one place and as text in another. */
export const numberOrText = z.union([z.number(), z.string()], NOT_EITHER);

export const phoneDigits = z.string().meta(pii('phone_number'));

/** A phone number as Meta's webhooks show it: mostly bare digits, sometimes with "+" or spaces. */
export const displayPhoneNumber = z
  .string()
  .meta({ description: 'The business phone number, mostly bare digits', ...pii('phone_number') });

/** E.164 allows 15. */
const MAX_DIGITS = 32;

/** The digits of a displayed number, null when there are none, or more than any number has. */
export function digitsOf(displayed: string | null | undefined): string | null {
  const digits = displayed?.replace(/\D/g, '') ?? '';
  return digits === '' || digits.length > MAX_DIGITS ? null : digits;
}

export function numberNamed(displayed: string | null | undefined): { digits: string; id: null } | null {
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
