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
  /** What Meta put around the item beyond the envelope, as JSON text. */
  readonly around: string | null;
}

/**
 * The event's id: the first 32 hex digits of SHA-256. The same item sent again has the same id; nothing that differs
 * shares one. The parts are joined without ambiguity: JSON text holds no bare line feed.
 */
export function eventId({ type, entryId, field, timeText, item, around }: EventIdentity): string {
  const head = JSON.stringify(field === null ? [type, entryId, timeText] : [type, entryId, timeText, field]);
  const text = around === null ? `${head}\n${item}` : `${head}\n${item}\n${around}`;
  return hash('sha256', text, 'hex').slice(0, 32);
}
