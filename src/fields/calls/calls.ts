import { defineField, eachItem } from '../field.ts';
import { callKey } from '../keys.ts';
import { itemContext } from '../messages/item-context.ts';
import { errorEvent, identified } from '../messages/item-events.ts';
import { callSides, recipient } from '../messages/people.ts';
import { metaPage } from '../values.ts';
import { call, callStatus } from './call.ts';

export const calls = defineField({
  name: 'calls',
  family: 'calls',
  about: 'Calls between people and your numbers.',
  page: metaPage('calling/reference'),
  events: [
    eachItem({
      ...identified,
      item: { name: 'call', at: ['calls[]'] },
      about: 'A call was offered, connected, ended; its recording or transcript is there.',
      value: call,
      context: itemContext,
      person: callSides,
      key: callKey,
    }),
    eachItem({
      ...identified,
      item: { name: 'status', at: ['statuses[]'] },
      about: 'What became of a call you made: ringing, accepted, rejected.',
      value: callStatus,
      context: itemContext,
      person: recipient,
      key: callKey,
    }),
    eachItem({
      ...errorEvent,
      item: { name: 'error', at: ['errors[]'] },
      about: 'An error that belongs to no call.',
      context: itemContext,
    }),
  ],
  samples: [
    {
      about: 'A call you made is connected (documented)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { phone_number_id: '436666719526789', display_phone_number: '13175551399' },
        calls: [
          {
            id: 'wacid.HBgLMTIxODU1NTI4MjgVAgARGCAyODRQIAFRoA',
            from: '13175551399',
            to: '12185552828',
            event: 'connect',
            timestamp: '1749196895',
            direction: 'BUSINESS_INITIATED',
            session: { sdp_type: 'answer', sdp: '<RFC 8866 SDP>' },
          },
        ],
      },
    },
    {
      about: 'A call rings (made from the documented members)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { phone_number_id: '436666719526789', display_phone_number: '13175551399' },
        statuses: [
          {
            id: 'wacid.HBgLMTIxODU1NTI4MjgVAgARGCAyODRQIAFRoA',
            type: 'call',
            status: 'RINGING',
            timestamp: '1749196895',
            recipient_id: '12185552828',
          },
        ],
      },
    },
    {
      about: 'An error (made from the members an SDK knows)',
      entry: { time: null },
      value: {
        messaging_product: 'whatsapp',
        metadata: { phone_number_id: '436666719526789', display_phone_number: '13175551399' },
        errors: [{ code: 138000, title: '...', message: '...', error_data: { details: '...' } }],
      },
    },
  ],
});
