import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { entryKey } from '../keys.ts';
import { idOrNumber, openEnum, referencePage } from '../values.ts';

export const partnerSolutions = defineField({
  name: 'partner_solutions',
  family: 'accounts',
  about: 'The status of a multi-partner solution changed.',
  page: referencePage('partner_solutions'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          event: openEnum(['SOLUTION_CREATED', 'SOLUTION_UPDATED']),
          solution_id: idOrNumber.nullish(),
          solution_status: openEnum([
            'ACTIVE',
            'DEACTIVATED',
            'DRAFT',
            'INITIATED',
            'PENDING_DEACTIVATION',
            'REJECTED',
          ]).nullish(),
        })
        .meta({ description: 'The value of a partner_solutions change; the entry id is a business portfolio' }),
      account: () => null,
      subject: (_, { text }) => text('solution_id'),
      key: entryKey,
    }),
  ],
  samples: [
    {
      about: 'A solution is created (made from the documented members)',
      entry: { id: '506914307656634' },
      value: { event: 'SOLUTION_CREATED', solution_id: '774485461512159', solution_status: 'INITIATED' },
    },
  ],
});
