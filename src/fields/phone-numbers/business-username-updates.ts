import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { displayPhoneNumber, metaPage, openEnum, pii } from '../values.ts';
import { ofDisplayedNumber } from './of-displayed-number.ts';

const usernameEvent = wholeValue({
  version: 1,
  value: z
    .looseObject({
      display_phone_number: displayPhoneNumber,
      username: z
        .string()
        .nullish()
        .meta({ description: 'Absent when it was deleted', ...pii('name') }),
      status: openEnum(['approved', 'deleted', 'reserved']),
      context: openEnum(['revoked']).nullish(),
    })
    .meta({ description: 'The value of a business username change' }),
  ...ofDisplayedNumber,
});

/** Meta's pages spell the field in two ways; both spellings are typed. */
function usernameField<const Name extends string>(name: Name, unsure: { readonly unsure?: true } = {}) {
  return defineField({
    name,
    family: 'phone-numbers',
    about: 'A business username was approved, reserved or deleted.',
    page: metaPage('business-scoped-user-ids'),
    ...unsure,
    events: [usernameEvent],
    samples: [
      {
        about: 'A username is approved (made from the documented members)',
        value: { display_phone_number: '15550783881', username: 'luckyshrub', status: 'approved' },
      },
    ],
  });
}

export const businessUsernameUpdates = usernameField('business_username_updates');
export const businessUsernameUpdate = usernameField('business_username_update', { unsure: true });
