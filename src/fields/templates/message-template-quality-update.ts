import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { openEnum, referencePage } from '../values.ts';
import { SAMPLE_TEMPLATE, templateDerived, templateKey, templateMembers, templateSubject } from './template.ts';

const score = openEnum(['GREEN', 'YELLOW', 'RED', 'UNKNOWN']);

export const messageTemplateQualityUpdate = defineField({
  name: 'message_template_quality_update',
  family: 'templates',
  about: "A template's quality score changed.",
  page: referencePage('message_template_quality_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({ previous_quality_score: score.nullish(), new_quality_score: score, ...templateMembers })
        .meta({ description: 'The value of a message_template_quality_update change' }),
      subject: templateSubject,
      key: templateKey,
      derived: templateDerived,
    }),
  ],
  samples: [
    {
      about: 'A score falls (made from the documented members)',
      value: { previous_quality_score: 'GREEN', new_quality_score: 'YELLOW', ...SAMPLE_TEMPLATE },
    },
  ],
});
