import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountKey } from '../keys.ts';
import { openEnum, referencePage } from '../values.ts';

export const accountReviewUpdate = defineField({
  name: 'account_review_update',
  family: 'accounts',
  about: 'The outcome of the policy review of a WhatsApp Business Account.',
  page: referencePage('account_review_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({ decision: openEnum(['APPROVED', 'REJECTED', 'PENDING', 'DEFERRED']) })
        .meta({ description: 'The value of an account_review_update change' }),
      subject: () => null,
      key: accountKey,
    }),
  ],
  samples: [{ about: 'An account is approved (made from the documented members)', value: { decision: 'APPROVED' } }],
});
