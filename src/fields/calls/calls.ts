import { defineField, eachItem, type Sent } from '../field.ts';
import { call, callStatus } from '../messages/message.ts';
import { chatKeyOf, numberAndPeople, numberOf, type Participant } from '../messages/message-context.ts';
import { digitsOf, metaPage } from '../values.ts';

export const calls = defineField({
  name: 'calls',
  family: 'calls',
  about: 'Calls between people and your numbers.',
  page: metaPage('calling/reference'),
  events: [
    eachItem({
      item: {
        name: 'call',
        at: ['calls'],
        own: { among: 'contacts', by: ['user_id', 'wa_id'], as: ['from_user_id', 'from', 'to'] },
      },
      about: 'A call was offered, connected, ended.',
      version: 1,
      value: call,
      context: numberAndPeople,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: ({ id }) => id,
      key: chatKeyOf(callParticipant),
    }),
    eachItem({
      item: {
        name: 'status',
        at: ['statuses'],
        own: { among: 'contacts', by: ['user_id', 'wa_id'], as: ['recipient_user_id', 'recipient_id'] },
      },
      about: 'What became of a call you made: ringing, accepted, rejected.',
      version: 1,
      value: callStatus,
      context: numberAndPeople,
      seconds: ({ timestamp }) => timestamp,
      phoneNumber: numberOf,
      subject: ({ id }) => id,
      key: chatKeyOf(({ text }) => ({ userId: text('recipient_user_id'), phone: text('recipient_id') })),
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
  ],
});

/** The side that is not our number, whichever of the two called. */
function callParticipant({ text, contextText }: Pick<Sent, 'text' | 'contextText'>): Participant {
  const from = text('from');
  const to = text('to');
  const direction = text('direction');
  const ours = digitsOf(contextText('metadata', 'display_phone_number'));
  const byBusiness =
    direction === 'BUSINESS_INITIATED' || (direction === null && from !== null && digitsOf(from) === ours);
  return { userId: byBusiness ? null : text('from_user_id'), phone: (byBusiness ? to : from) ?? to ?? from };
}
