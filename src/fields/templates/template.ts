/** What the events of message templates share. */
import * as z from 'zod';
import type { Sent } from '../field.ts';
import { accountPartKey } from '../keys.ts';
import { idOrNumber, openEnum } from '../values.ts';

export const templateMembers = {
  message_template_id: idOrNumber.meta({
    description: 'A number of up to 16 digits and more: readers that lose digits take `subject`, which is text',
  }),
  message_template_name: z.string().nullish(),
  message_template_language: z
    .string()
    .nullish()
    .meta({ description: 'en-US in the reference, pt_BR in real traffic' }),
};

export const templateCategory = openEnum(['MARKETING', 'UTILITY', 'AUTHENTICATION']);

export const templateKey = accountPartKey('message_template_id', 'message_template_id');

export function templateSubject(_: unknown, { text }: Pick<Sent, 'text'>): string | null {
  return text('message_template_id');
}

/** One spelling of the language: BCP 47, with hyphens. */
export const templateDerived = {
  schema: z
    .object({ language: z.string().nullable().meta({ description: 'The language with hyphens (BCP 47): pt-BR' }) })
    .meta({ description: "hubcast's reading of message_template_language" }),
  of: (value: { message_template_language?: string | null | undefined }) => ({
    language: value.message_template_language?.replaceAll('_', '-') ?? null,
  }),
};

export const SAMPLE_TEMPLATE = {
  message_template_id: 12345678,
  message_template_name: 'my_message_template',
  message_template_language: 'en-US',
};
