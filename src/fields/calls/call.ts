import * as z from 'zod';
import { errorItem, media } from '../messages/message-content.ts';
import { numberOrText, openEnum, parentUserId, personal, phoneDigits, pii, unixSeconds, userId } from '../values.ts';

const text = z.string().nullish().meta(pii('text'));

export const call = z
  .looseObject({
    id: personal('id', 'Call id'),
    event: openEnum([
      'connect',
      'terminate',
      'call_created',
      'call_recording_available',
      'call_transcription_available',
    ]).nullish(),
    timestamp: unixSeconds.nullish(),
    from: phoneDigits.nullish(),
    from_user_id: userId.nullish(),
    from_parent_user_id: parentUserId.nullish(),
    to: phoneDigits.nullish(),
    to_user_id: userId.nullish(),
    to_parent_user_id: parentUserId.nullish(),
    direction: openEnum(['USER_INITIATED', 'BUSINESS_INITIATED']).nullish(),
    status: openEnum(['COMPLETED', 'FAILED']).nullish().meta({ description: 'Of a call that ended' }),
    start_time: unixSeconds.nullish(),
    end_time: unixSeconds.nullish(),
    duration: numberOrText.nullish().meta({ description: 'Seconds; only where the call was picked up' }),
    session: z
      .looseObject({ sdp_type: z.string().nullish(), sdp: text })
      .nullish()
      .meta({ description: 'Session description (RFC 8866)' }),
    biz_opaque_callback_data: text,
    deeplink_payload: text.meta({ description: 'From the link that the person called by', ...pii('text') }),
    cta_payload: text.meta({ description: 'From the button that the person called by', ...pii('text') }),
    call_recording: z
      .looseObject({ audio: media.nullish() })
      .nullish()
      .meta({ description: 'The recording, kept by Meta for 7 days', ...pii('media') }),
    call_transcript: z
      .looseObject({ document: media.nullish() })
      .nullish()
      .meta({ description: 'The transcript, kept by Meta for 7 days', ...pii('media') }),
    errors: z.array(errorItem).nullish(),
  })
  .meta({ description: 'A step in the life of a call' });

export const callStatus = z
  .looseObject({
    id: personal('id', 'Call id'),
    type: openEnum(['call']).nullish(),
    status: openEnum(['RINGING', 'ACCEPTED', 'REJECTED']),
    timestamp: unixSeconds.nullish(),
    recipient_id: phoneDigits.nullish(),
    recipient_user_id: userId.nullish(),
    recipient_parent_user_id: parentUserId.nullish(),
    biz_opaque_callback_data: text,
    errors: z.array(errorItem).nullish(),
  })
  .meta({ description: 'What became of a call the business made' });
