/** What the internal listener answers about stored events. */
import * as z from 'zod';
import { deadLetterRow, replayed } from '../dead-letters/dead-letter-schemas.ts';

const about = (description: string) => ({ description });

const storedEvent = z.object({
  stored_at: z.iso.datetime().nullable().meta(about("The record's timestamp")),
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  key: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
  event: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta(about('The CloudEvent; its schema is at /schemas/{type}/{version}')),
  value_text: z.string().optional().meta(about('The value as text where it is not JSON: others may write to a topic')),
});

const next = z
  .string()
  .nullable()
  .meta(about('The value of `before` for the page that follows; null where nothing older is stored'));

export const EVENT_ANSWERS = {
  StoredEvent: storedEvent,
  EventList: z.object({ data: z.array(storedEvent), next }),
  DeadLetterList: z.object({ data: z.array(deadLetterRow), next }),
  Replayed: replayed,
} as const;
