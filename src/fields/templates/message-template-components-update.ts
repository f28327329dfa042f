import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { openEnum, phoneDigits, pii, referencePage } from '../values.ts';
import { SAMPLE_TEMPLATE, templateDerived, templateKey, templateMembers, templateSubject } from './template.ts';

const text = z.string().nullish().meta(pii('text'));

export const messageTemplateComponentsUpdate = defineField({
  name: 'message_template_components_update',
  family: 'templates',
  about: 'A template was edited.',
  page: referencePage('message_template_components_update'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          ...templateMembers,
          message_template_element: text.meta({ description: 'The body' }),
          message_template_title: text,
          message_template_footer: text,
          message_template_buttons: z
            .array(
              z.looseObject({
                message_template_button_type: openEnum(['URL']).nullish(),
                message_template_button_text: text,
                message_template_button_url: text,
                message_template_button_phone_number: phoneDigits.nullish(),
              }),
            )
            .nullish(),
        })
        .meta({ description: 'The value of a message_template_components_update change' }),
      subject: templateSubject,
      key: templateKey,
      derived: templateDerived,
    }),
  ],
  samples: [
    {
      about: "A template with a button (made from the documented members; the Test button's has both targets)",
      value: {
        ...SAMPLE_TEMPLATE,
        message_template_title: 'message header',
        message_template_element: 'message body',
        message_template_footer: 'message footer',
        message_template_buttons: [
          {
            message_template_button_type: 'URL',
            message_template_button_text: 'button text',
            message_template_button_url: 'https://example.com',
            message_template_button_phone_number: '12342342345',
          },
        ],
      },
    },
  ],
});
