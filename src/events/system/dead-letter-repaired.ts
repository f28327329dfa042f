/** The audit of repairs: who put which value in place of what Meta sent, and which events came of it. */
import * as z from 'zod';
import { defineOwnEvent } from '../system-event.ts';
import { actor } from './actor.ts';
import { notOfMeta } from './not-of-meta.ts';

const about = (description: string) => ({ description });

const data = z.object({
  ...notOfMeta,
  account_id: z
    .string()
    .nullable()
    .meta(about('The WhatsApp Business Account of the events; null where none is known')),
  dead_letter_id: z.string().meta(about('Id of the dead letter that was repaired')),
  actor,
  value_sha256: z.string().meta(about('SHA-256 of the JSON text that was given, in hex')),
  events: z
    .array(z.object({ id: z.string(), type: z.string(), topic: z.string() }))
    .meta(about('The events that were stored; each carries repairedby')),
});

export type RepairedData = z.output<typeof data>;

export const deadLetterRepaired = defineOwnEvent({
  type: 'whatsapp.dead_letter.repaired',
  version: 1,
  family: 'dead-letter',
  key: 'that of the dead letter',
  about: 'A person repaired a dead letter: its events were stored with a value that Meta did not send.',
  data,
  example: {
    source: '/whatsapp/102290129340398',
    subject: null,
    data: {
      field: null,
      test: false,
      account_id: '102290129340398',
      dead_letter_id: 'b34d39bfc47b30712868bf8ec8314169',
      actor: { kind: 'token', name: 'ops' },
      value_sha256: '0d3a1d1a4f8c3ba2d1ac5e5e4b6c1b4b0f3d5a7c9e1f2a4b6c8d0e1f3a5b7c9d',
      events: [
        {
          id: '5f0c9d2e7a314b8e9c642d1e3f405162',
          type: 'whatsapp.phone_number_name_update',
          topic: 'whatsapp.phone-numbers',
        },
      ],
    },
  },
});
