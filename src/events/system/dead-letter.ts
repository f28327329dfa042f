import * as z from 'zod';
import { pii } from '../../fields/values.ts';
import { replacedSurrogates, surroundings } from '../data-members.ts';
import { defineOwnEvent } from '../system-event.ts';

const issue = z.object({ path: z.string(), code: z.string(), message: z.string() });

export const deadLetter = defineOwnEvent({
  type: 'whatsapp.dead_letter',
  version: 1,
  family: 'dead-letter',
  key: 'entry_id, or none',
  about: 'What could not be read, split, typed or stored as it is.',
  data: z.object({
    field: z.string().nullable(),
    entry_id: z.string().nullable(),
    test: z.boolean(),
    part: z
      .enum(['body', 'unrecognized', 'entry', 'change', 'value', 'item', 'chunk'])
      .meta({ description: 'Which part of the body it is; a chunk is one of an event too large for its topic' }),
    path: z.string().optional().meta({ description: "Where the part stood, from the body's root" }),
    entry_time: z
      .unknown()
      .optional()
      .meta({ description: 'entry[].time as received, where there was one; repairs need it' }),
    issues: z.array(issue).meta({ description: 'What is wrong, and where in the body' }),
    ...surroundings,
    replaced_surrogates: replacedSurrogates,
    chunk: z
      .object({
        event_id: z.string(),
        event_type: z.string(),
        number: z.int().min(1),
        count: z.int().min(1),
        key: z
          .string()
          .nullable()
          .optional()
          .meta({ description: "Of the event's record; absent when it is too long to repeat", ...pii('unknown') }),
      })
      .optional()
      .meta({ description: 'Of an event too large for its topic: body_base64 of all chunks, joined, is the event' }),
    value: z.unknown().optional().meta({ description: 'The item, untouched' }),
    body_base64: z.base64().optional().meta({ description: 'The bytes, where they could not be read' }),
  }),
  example: null,
});
