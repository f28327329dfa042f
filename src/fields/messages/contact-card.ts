/** A contact that a person shares in a message. Every member is personal data. */
import * as z from 'zod';
import { personal, pii } from '../values.ts';

const name = z.string().nullish().meta(pii('name'));
const place = z.string().nullish().meta(pii('location'));
const kind = z.string().nullish().meta({ description: 'HOME, WORK or another label' });

export const contactCard = z
  .looseObject({
    name: z
      .looseObject({
        formatted_name: name,
        first_name: name,
        last_name: name,
        middle_name: name,
        prefix: name,
        suffix: name,
      })
      .nullish(),
    phones: z
      .array(
        z.looseObject({
          phone: personal('phone_number').nullish(),
          wa_id: personal('phone_number').nullish(),
          type: kind,
        }),
      )
      .nullish(),
    emails: z.array(z.looseObject({ email: name, type: kind })).nullish(),
    addresses: z
      .array(
        z.looseObject({
          street: place,
          city: place,
          state: place,
          zip: personal('location').nullish(),
          country: place,
          country_code: place,
          type: kind,
        }),
      )
      .nullish(),
    org: z.looseObject({ company: name, department: name, title: name }).nullish(),
    urls: z.array(z.looseObject({ url: name, type: kind })).nullish(),
    birthday: name,
  })
  .meta({ title: 'ContactCard', description: 'A contact that the person shares', ...pii('text') });
