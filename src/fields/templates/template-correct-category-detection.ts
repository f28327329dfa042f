import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { metaPage } from '../values.ts';
import {
  SAMPLE_TEMPLATE,
  templateCategory,
  templateDerived,
  templateKey,
  templateMembers,
  templateSubject,
} from './template.ts';

export const templateCorrectCategoryDetection = defineField({
  name: 'template_correct_category_detection',
  family: 'templates',
  about: 'Meta found that a template is in the wrong category (Direct Send).',
  page: metaPage('direct-send/integrity-and-content-guidelines'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          ...templateMembers,
          category: templateCategory.nullish(),
          correct_category: templateCategory.nullish(),
        })
        .meta({ description: 'The value of a template_correct_category_detection change' }),
      subject: templateSubject,
      key: templateKey,
      derived: templateDerived,
    }),
  ],
  samples: [
    {
      about: 'A utility template is marketing (made from the documented members)',
      value: { ...SAMPLE_TEMPLATE, category: 'UTILITY', correct_category: 'MARKETING' },
    },
  ],
});
