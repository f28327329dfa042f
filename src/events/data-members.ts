/** Members of `data` that several event types share. */
import * as z from 'zod';

export const entryData = {
  entry_id: z.string().meta({ description: 'entry[].id as received; "0" is the Test button of Meta\'s dashboard' }),
  account_id: z
    .string()
    .nullable()
    .meta({ description: 'The WhatsApp Business Account, null where entry_id is a portfolio' }),
  test: z.boolean().meta({ description: 'entry_id is "0"' }),
};

const openMembers = z.record(z.string(), z.unknown());

/** What surrounds an item or an update in Meta's body. */
export const surroundings = {
  context: openMembers.optional().meta({ description: 'What Meta put around the item in its value' }),
  unrecognized: openMembers.optional().meta({
    description:
      'What Meta put around the update that nobody documents, by where it stood: envelope, entry, change, value. Rarely there',
  }),
};

/** See lone-surrogates.ts. */
export const replacedSurrogates = z.int().min(1).optional().meta({
  description: 'How many halves of surrogate pairs became U+FFFD, because they are no characters. Rarely there',
});

export const namedNumber = z
  .object({
    digits: z.string().nullable().meta({
      description: 'Digits of the number, as webhooks name it; null when only its id is named',
      'x-pii': 'phone_number',
    }),
    id: z.string().nullable().meta({ description: 'phone_number_id, when known' }),
    known: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether the account has this number; null when that is not known' }),
  })
  .meta({ title: 'OwnPhoneNumber' });
