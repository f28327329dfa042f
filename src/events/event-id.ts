import { hash } from 'node:crypto';
import { viewJson } from '../webhook/json-view.ts';
import type { RefusedForm } from '../webhook/part.ts';

export interface EventIdentity {
  readonly type: string;
  /** Null where the entry could not be read. */
  readonly entryId: string | null;
  /** Only where the type does not say it: unknown fields of unclean names, dead letters. */
  readonly field: string | null;
  /** Of dead letters: what the item is. Equal text of different forms is different content. */
  readonly form?: RefusedForm | 'body' | 'chunk';
  /** `entry[].time` as received, unless the item has a timestamp of its own. */
  readonly timeText: string | null;
  /** The item in canonical form. */
  readonly item: string;
  /** What Meta put around the item in the value, in canonical form; null where the value is the item. */
  readonly context: string | null;
  /** What Meta put around the update that its envelope does not define, as JSON text. */
  readonly unrecognized: string | null;
}

/**
 * The event's id: the first 32 hex digits of SHA-256. The same item sent again in the same surroundings has the same id;
 * nothing that differs shares one. The parts are joined without ambiguity: JSON text holds no bare line feed, and with a
 * context there is one line more.
 */
export function eventId({ type, entryId, field, form, timeText, item, context, unrecognized }: EventIdentity): string {
  const head = JSON.stringify(headOf({ type, entryId, field, form, timeText }));
  let text = `${head}\n${item}`;
  const besides = unrecognized === null ? null : viewJson(unrecognized).canonical();
  if (context !== null) text += `\n${context}\n${besides ?? ''}`;
  else if (besides !== null) text += `\n${besides}`;
  return hash('sha256', text, 'hex').slice(0, 32);
}

type Head = Pick<EventIdentity, 'type' | 'entryId' | 'field' | 'timeText'> & {
  readonly form: EventIdentity['form'] | undefined;
};

/** A list for each kind of event; the kinds have lists of different lengths. */
function headOf({ type, entryId, field, form, timeText }: Head): readonly unknown[] {
  if (form !== undefined) return [type, entryId, timeText, field, form];
  return field === null ? [type, entryId, timeText] : [type, entryId, timeText, field];
}
