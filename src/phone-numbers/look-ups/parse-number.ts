/** Phone numbers as people write them, as digits; and the two ways in which Meta's digits differ from theirs. */
import { HubcastError } from '../../core/errors.ts';

/** Country code and subscriber number, ITU-T E.164: 15 digits at most. */
const DIGITS = /^\d{5,15}$/;
/** Marks of direction and the like, which come along when a number is copied from a contact or a chat. */
const INVISIBLE = /\p{Cf}/gu;
const PUNCTUATION = /[\s().\-/·\p{Pd}]/gu;

/**
 * @param text `+1 (631) 555-1234`, `001 631 555 1234`, `tel:+1-631-555-1234`, `16315551234`
 * @throws HubcastError `invalid_phone_number`
 */
export function readNumber(text: string): string {
  if (text.length > 100) throw invalid(`${text.length} characters came`);
  const plain = text.normalize('NFKC').replace(INVISIBLE, '').trim();
  const bare = plain
    .replace(/^(tel|whatsapp):/i, '')
    .replace(/^(\+[\d\s-]*)\(0\)/, '$1')
    .replace(PUNCTUATION, '');
  const digits = bare.replace(/^(\+|00)/, '');
  if (!/^\+?\d+$/.test(bare)) throw invalid('Something other than digits and separators came');
  if (!DIGITS.test(digits)) throw invalid(`${digits.length} digits came`);
  return digits;
}

function invalid(what: string): HubcastError {
  return new HubcastError(
    'invalid_phone_number',
    `${what}, where a phone number was expected: 5 to 15 digits with the country code, such as +1 (631) 555-1234.`,
  );
}

/** Which habit of writing a guess assumes. */
export type Guess = 'brazil_ninth_digit' | 'mexico_mobile_1';

export interface Variant {
  readonly digits: string;
  readonly guess: Guess;
}

/** Mobile numbers of Brazil have had a ninth digit, a leading 9, since 2012 to 2016; WhatsApp keeps some without it. */
const BRAZIL_WITH_NINTH = /^(55\d{2})9([6-9]\d{7})$/;
const BRAZIL_WITHOUT_NINTH = /^(55\d{2})([6-9]\d{7})$/;
/** Mexico dropped the 1 after 52 in 2019; WhatsApp keeps some with it. */
const MEXICO_WITH_1 = /^521(\d{10})$/;
const MEXICO_WITHOUT_1 = /^52(\d{10})$/;

/** The same number as it may be kept elsewhere. Only a guess: in both countries the two may be different people's. */
export function variantsOf(digits: string): readonly Variant[] {
  const brazil = swap(digits, [BRAZIL_WITH_NINTH, '$1$2'], [BRAZIL_WITHOUT_NINTH, '$19$2']);
  const mexico = swap(digits, [MEXICO_WITH_1, '52$1'], [MEXICO_WITHOUT_1, '521$1']);
  return [
    ...brazil.map((variant) => ({ digits: variant, guess: 'brazil_ninth_digit' as const })),
    ...mexico.map((variant) => ({ digits: variant, guess: 'mexico_mobile_1' as const })),
  ];
}

function swap(digits: string, ...rules: readonly (readonly [RegExp, string])[]): readonly string[] {
  return rules.filter(([form]) => form.test(digits)).map(([form, into]) => digits.replace(form, into));
}

/** @throws HubcastError `invalid_phone_number_id` */
export function readId(text: string): string {
  if (!/^\d{1,20}$/.test(text)) {
    throw new HubcastError(
      'invalid_phone_number_id',
      'Something else came where a phone number id, 1 to 20 digits, was expected.',
    );
  }
  return text;
}
