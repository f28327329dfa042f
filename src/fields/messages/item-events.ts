/** What the events of messages, echoes, statuses and errors share, whichever field brings them. */

import type * as z from 'zod';
import type { Sent } from '../field.ts';
import { chatKey, messageKey } from '../keys.ts';
import type { unixSeconds } from '../values.ts';
import { numberOf } from './item-context.ts';
import { echo, historyMessage, message } from './message.ts';
import { errorItem } from './message-content.ts';
import { eitherSide, receiver, recipient, sender } from './people.ts';
import { status } from './status.ts';

interface Timed {
  readonly timestamp?: z.output<typeof unixSeconds> | null | undefined;
}

/** An item with an id and a time of its own. */
export const identified = {
  version: 1,
  seconds: ({ timestamp }: Timed) => timestamp,
  phoneNumber: numberOf,
  subject: (_: unknown, { text }: Pick<Sent, 'text'>) => text('id'),
};

export const messageEvent = { ...identified, value: message, person: sender, key: chatKey };
export const echoEvent = { ...identified, value: echo, person: receiver, key: chatKey };
export const historyEvent = { ...identified, value: historyMessage, person: eitherSide, key: chatKey };
export const statusEvent = { ...identified, value: status, person: recipient, key: messageKey };

export const errorEvent = {
  version: 1,
  value: errorItem.meta({ description: 'An error' }),
  phoneNumber: numberOf,
  subject: () => null,
  key: chatKey,
};
