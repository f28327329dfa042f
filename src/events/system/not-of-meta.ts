import * as z from 'zod';

/** What `data` of every event has, where no field of Meta's is behind it. */
export const notOfMeta = {
  field: z.null().meta({ description: 'No field of Meta: hubcast made this event' }),
  test: z.literal(false),
};
