import * as z from 'zod';
import { openEnum } from '../../fields/values.ts';

/** Who did it: the API token by its name, or the user of the machine on which the command ran. */
export const actor = z.object({
  kind: openEnum(['token', 'cli']),
  name: z.string().meta({ description: 'Name of the API token, or of the user of the machine' }),
});

export interface Actor {
  readonly kind: 'token' | 'cli';
  readonly name: string;
}
