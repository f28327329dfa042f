import * as z from 'zod';
import { defineField, wholeValue } from '../field.ts';
import { accountKey } from '../keys.ts';
import { idOrNumber, openEnum, referencePage } from '../values.ts';

const alertMembers = {
  alert_severity: openEnum(['CRITICAL', 'INFORMATIONAL', 'WARNING']).nullish(),
  alert_status: openEnum(['ACTIVE', 'NONE']).nullish(),
  alert_type: openEnum([
    'INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED',
    'INCREASED_CAPABILITIES_ELIGIBILITY_FAILED',
    'INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO',
    'OBA_APPROVED',
    'OBA_REJECTED',
    'PROFILE_PICTURE_LOST',
  ]).nullish(),
  alert_description: z.string().nullish(),
};

const text = z.string().nullable();

export const accountAlerts = defineField({
  name: 'account_alerts',
  family: 'accounts',
  about: 'A limit increase was denied or deferred, an official business account decided, a profile picture lost.',
  page: referencePage('account_alerts'),
  events: [
    wholeValue({
      version: 1,
      value: z
        .looseObject({
          entity_type: openEnum(['BUSINESS', 'PHONE_NUMBER', 'CURRENT_STATUS_ID', 'WABA']).nullish(),
          entity_id: idOrNumber
            .nullish()
            .meta({ description: 'A string in the reference, a number in the Test button' }),
          alert_info: z.looseObject(alertMembers).nullish().meta({ description: 'As the reference has it' }),
          ...alertMembers,
        })
        .meta({ description: 'The alert, in `alert_info` (reference) or beside it (Test button)' }),
      subject: (_, { text: textOf }) => textOf('entity_id'),
      key: accountKey,
      derived: {
        schema: z
          .object({ severity: text, status: text, type: text, description: text })
          .meta({ description: 'The alert, wherever it stood' }),
        of(value) {
          const { alert_info: info } = value;
          return {
            severity: info?.alert_severity ?? value.alert_severity ?? null,
            status: info?.alert_status ?? value.alert_status ?? null,
            type: info?.alert_type ?? value.alert_type ?? null,
            description: info?.alert_description ?? value.alert_description ?? null,
          };
        },
      },
    }),
  ],
  samples: [
    {
      about: 'An official business account is approved (made from the documented members)',
      value: {
        entity_type: 'BUSINESS',
        entity_id: '506914307656634',
        alert_info: {
          alert_severity: 'INFORMATIONAL',
          alert_status: 'NONE',
          alert_type: 'OBA_APPROVED',
          alert_description: '...',
        },
      },
    },
    {
      about: "The same without alert_info and with a numeric id (the dashboard's Test button)",
      value: {
        entity_type: 'WABA',
        entity_id: 123456,
        alert_severity: 'INFORMATIONAL',
        alert_status: 'NONE',
        alert_type: 'OBA_APPROVED',
        alert_description: '...',
      },
    },
  ],
});
