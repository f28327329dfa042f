import type { JsonView } from './json-view.ts';
import type { EntryOrigin } from './part.ts';

const EARLIEST_MS = Date.UTC(2009, 0, 1);
const LATEST_MS = Date.UTC(2101, 0, 1);

export function readTime(view: JsonView, raw: Record<string, unknown>): Pick<EntryOrigin, 'timeText' | 'timeMs'> {
  if (raw.time === undefined) return { timeText: null, timeMs: null };
  return { timeText: view.at('time').canonical(), timeMs: toTimeMs(raw.time) };
}

/**
 * A time of Meta's: Unix seconds as a number or a numeric string. Null when it is neither, or outside 2009 (WhatsApp's
 * first year) to 2100.
 */
export function toTimeMs(seconds: unknown): number | null {
  const number = typeof seconds === 'string' && /^\d{1,12}$/.test(seconds) ? Number(seconds) : seconds;
  if (typeof number !== 'number') return null;
  const timeMs = Math.floor(number * 1000);
  return timeMs >= EARLIEST_MS && timeMs < LATEST_MS ? timeMs : null;
}
