import * as z from 'zod';
import type { Family } from './families.ts';
import { defineField, wholeValue } from './field.ts';
import { entryKey } from './keys.ts';
import { pii } from './values.ts';

/**
 * A field that Meta has and whose value it does not document: known by name, open in value. Its topic is settled; a
 * schema can come later.
 */
export function openField<const Name extends string>(name: Name, family: Family, about: string, page: string | null) {
  return defineField({
    name,
    family,
    about,
    page,
    ...(page === null ? { unsure: true as const } : {}),
    events: [
      wholeValue({
        version: 1,
        value: z.unknown().meta({ description: 'Meta documents no shape', ...pii('unknown') }),
        subject: () => null,
        key: entryKey,
      }),
    ],
    samples: [{ about: 'Nothing is documented: an empty value', value: {} }],
  });
}
