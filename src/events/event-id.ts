import { hash } from 'node:crypto';

export interface EventIdentity {
  readonly type: string;
  /** Null where the entry could not be read. */
  readonly entryId: string | null;
  /** Only where the type does not say it: unknown fields of unclean names, dead letters. */
  readonly field: string | null;
  /** `entry[].time` as received, unless the item has a timestamp of its own. */
  readonly timeText: string | null;
  /** The item in canonical form. */
  readonly item: string;
  /** What Meta put around the item in the value, in canonical form; null where the value is the item. */
  readonly context: string | null;
  /** What Meta put around the update that its envelope does not define, as JSON text. */
  readonly around: string | null;
}

/**
 * The event's id: the first 32 hex digits of SHA-256. The same item sent again in the same surroundings has the same id;
 * nothing that differs shares one. The parts are joined without ambiguity: JSON text holds no bare line feed, and with a
 * context there is one line more.
 */
export function eventId({ type, entryId, field, timeText, item, context, around }: EventIdentity): string {
  const head = JSON.stringify(field === null ? [type, entryId, timeText] : [type, entryId, timeText, field]);
  let text = `${head}\n${item}`;
  if (context !== null) text += `\n${context}\n${around ?? ''}`;
  else if (around !== null) text += `\n${around}`;
  return hash('sha256', text, 'hex').slice(0, 32);
}
