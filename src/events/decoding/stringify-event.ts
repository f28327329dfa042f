import type { WebhookEvent } from './webhook-event.ts';

/**
 * An event as JSON text with every digit of its whole numbers: `JSON.stringify` throws at the `bigint`s that `decodeEvent`
 * gives for those beyond 2^53.
 *
 * @param event as `decodeEvent` gave it, or a part of one
 * @returns text that `decodeEvent` reads again where the event was whole
 */
export function stringifyEvent(event: WebhookEvent | WebhookEvent['data']): string {
  return textOf(event);
}

function textOf(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item ?? null)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${textOf(member)}`).join()}}`;
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  // What a double cannot hold was read as infinity, and is again.
  return Number.isFinite(value) ? String(value) : value > 0 ? '1e999' : '-1e999';
}
