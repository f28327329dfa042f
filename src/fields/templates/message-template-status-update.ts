import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { openEnum, referencePage, unixSeconds } from '../values.ts';
import {
  SAMPLE_TEMPLATE,
  templateCategory,
  templateDerived,
  templateKey,
  templateMembers,
  templateSubject,
} from './template.ts';

export const messageTemplateStatusUpdate = defineField({
  name: 'message_template_status_update',
  family: 'templates',
  about: 'A template was approved, rejected, paused, disabled or deleted.',
  page: referencePage('message_template_status_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          event: openEnum([
            'APPROVED',
            'ARCHIVED',
            'UNARCHIVED',
            'DELETED',
            'DISABLED',
            'FLAGGED',
            'IN_APPEAL',
            'LIMIT_EXCEEDED',
            'LOCKED',
            'PAUSED',
            'PENDING',
            'PENDING_DELETION',
            'REINSTATED',
            'REJECTED',
          ])
            .nullish()
            .meta({ description: 'Absent only where Meta sends a quality update under this name, as one page shows' }),
          ...templateMembers,
          message_template_category: templateCategory.nullish(),
          reason: openEnum([
            'ABUSIVE_CONTENT',
            'CATEGORY_NOT_AVAILABLE',
            'INCORRECT_CATEGORY',
            'INVALID_FORMAT',
            'NONE',
            'PROMOTIONAL',
            'SCAM',
            'TAG_CONTENT_MISMATCH',
          ])
            .nullish()
            .meta({ description: 'Why it was rejected; null or absent with other events' }),
          disable_info: z
            .looseObject({
              disable_date: unixSeconds.nullish().meta({ description: 'Unix seconds, or text: "January 31, 2021"' }),
            })
            .nullish(),
          other_info: z
            .looseObject({
              title: openEnum(['FIRST_PAUSE', 'SECOND_PAUSE', 'RATE_LIMITING_PAUSE', 'UNPAUSE', 'DISABLED']).nullish(),
              description: z.string().nullish(),
            })
            .nullish(),
          rejection_info: z
            .looseObject({ reason: z.string().nullish(), recommendation: z.string().nullish() })
            .nullish()
            .meta({
              description: 'INVALID_FORMAT only; one page shows it beside the value, then it is in `unrecognized`',
            }),
        })
        .meta({ description: 'The value of a message_template_status_update change' }),
      subject: templateSubject,
      key: templateKey,
      derived: templateDerived,
    }),
  ],
  samples: [
    {
      about: "A template is approved (the dashboard's Test button)",
      value: { event: 'APPROVED', ...SAMPLE_TEMPLATE, reason: null },
    },
    {
      about: 'A template is rejected for its format (made from the documented members)',
      value: {
        event: 'REJECTED',
        ...SAMPLE_TEMPLATE,
        message_template_category: 'MARKETING',
        reason: 'INVALID_FORMAT',
        rejection_info: { reason: '...', recommendation: '...' },
      },
    },
  ],
});
