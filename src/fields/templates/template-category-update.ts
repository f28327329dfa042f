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

export const templateCategoryUpdate = defineField({
  name: 'template_category_update',
  family: 'templates',
  about: "A template's category will change, or has changed.",
  page: referencePage('template_category_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          ...templateMembers,
          new_category: templateCategory.nullish().meta({
            description: 'Of a change to come: the category it has now. Of a change made: the category it has since',
          }),
          correct_category: templateCategory.nullish().meta({ description: 'Of a change to come: what it will be' }),
          previous_category: templateCategory.nullish().meta({ description: 'Of a change made; sometimes absent' }),
          category_update_timestamp: unixSeconds.nullish().meta({ description: 'When the change to come is made' }),
          category_appeal_status: openEnum(['ELIGIBLE']).nullish(),
        })
        .meta({ description: 'The value of a template_category_update change' }),
      subject: templateSubject,
      key: templateKey,
      derived: templateDerived,
    }),
  ],
  samples: [
    {
      about: 'A category changed (made from the documented members)',
      value: { ...SAMPLE_TEMPLATE, previous_category: 'UTILITY', new_category: 'MARKETING' },
    },
    {
      about: 'A category will change (made from the documented members)',
      value: {
        ...SAMPLE_TEMPLATE,
        new_category: 'UTILITY',
        correct_category: 'MARKETING',
        category_update_timestamp: 1739321024,
      },
    },
  ],
});
