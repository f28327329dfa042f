import * as z from 'zod';
import { defineOwnEvent } from '../system-event.ts';
import { notOfMeta } from './not-of-meta.ts';

/**
 * Not the signature: whoever reads the topic could send the request to the public listener again with it, and replays are
 * signed anew anyway. No cookies, no authorization: Meta sends none, and others have no business here.
 */
export const CAPTURED_HEADERS = ['content-type', 'user-agent'] as const;

export const rawRequest = defineOwnEvent({
  type: 'whatsapp.raw.request',
  version: 1,
  family: 'raw',
  key: 'none: one partition, so that all requests stay in their order',
  about: 'A verified request as it came, kept with CAPTURE=on.',
  data: z.object({
    ...notOfMeta,
    account_id: z.null().meta({ description: 'A request may hold updates of several' }),
    headers: z
      .record(z.string(), z.string())
      .meta({ description: `Of the request: ${CAPTURED_HEADERS.join(', ')}, where they came` }),
    body_base64: z
      .string()
      .meta({ description: 'The bytes Meta signed', contentEncoding: 'base64', 'x-pii': 'unknown' }),
  }),
  example: {
    source: '/whatsapp',
    subject: null,
    data: {
      field: null,
      test: false,
      account_id: null,
      headers: { 'content-type': 'application/json', 'user-agent': 'facebookexternalua' },
      body_base64: 'eyJvYmplY3QiOiJ3aGF0c2FwcF9idXNpbmVzc19hY2NvdW50IiwiZW50cnkiOltdfQ==',
    },
  },
});
