/** Parameters of paths and queries that several routes take. */
import * as z from 'zod';

const about = (description: string, example: string) => ({ description, example });

/** Texts between commas. @param item the form of one, without anchors */
export function listOf(item: string, maxItems: number) {
  return z
    .string()
    .regex(new RegExp(`^${item}(,${item}){0,${maxItems - 1}}$`))
    .transform((text) => text.split(','));
}

/** Absent means false. */
export function flag(description: string) {
  return z
    .enum(['true', 'false'])
    .meta(about(description, 'true'))
    .transform((text) => text === 'true')
    .prefault('false');
}

const DEFAULT_LIMIT = '50';

export const limit = z
  .string()
  .regex(/^([1-9]\d?|1\d{2}|200)$/)
  .transform(Number)
  .prefault(DEFAULT_LIMIT)
  .meta(about('How many at most', DEFAULT_LIMIT));

const digits20 = z.string().regex(/^\d{1,20}$/);

export const accountId = digits20.meta(about('The WhatsApp Business Account, one of WABA_IDS', '102290129340398'));
export const numberId = digits20.meta(about('The phone number id', '106540352242922'));
