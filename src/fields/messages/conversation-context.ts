import * as z from 'zod';
import { pii } from '../values.ts';

/** What an agent of Meta's says of a chat it handled: a summary, or the messages themselves. */
export const conversationContext = z
  .looseObject({
    type: z.string().nullish().meta({ description: 'Names the member that holds it' }),
    summary: z.looseObject({ text: z.string().nullish().meta(pii('text')) }).nullish(),
  })
  .meta({ description: 'A summary of the chat', ...pii('text') });
