/**
 * Whether a record is about a person: whether their id or number stands in it as a value of its own. Texts that merely
 * mention it are not found. The business's own number, which stands beside everything, does not count.
 */
import type { StoredRecord } from '../records/record.ts';

export interface Person {
  /** A user id, a wa_id: compared as it is. */
  readonly party?: string | undefined;
  /** Compared by its digits, however it is written. */
  readonly digits?: string | undefined;
}

const OF_THE_BUSINESS: ReadonlySet<string> = new Set(['metadata', 'phone_number', 'display_phone_number']);
const BYTES = 'body_base64';
/** A number as people write it, and nothing else. */
const WRITTEN_NUMBER = /^[+\d\s().\-/]{5,40}$/;

export function namesPerson({ key, value }: StoredRecord, person: Person): boolean {
  const party = key?.slice(key.indexOf(':') + 1);
  if (party !== undefined && key?.includes(':') && isPerson(party, person) && !isBusinessKey(value)) return true;
  const event = parse(value);
  return event === undefined ? mentions(value, person) : holds(event, person);
}

/** Phone-number events are keyed by the business's own number. */
function isBusinessKey(value: string): boolean {
  const event = parse(value) as
    | { readonly data?: { readonly phone_number?: unknown; readonly context?: unknown } }
    | undefined;
  return event?.data?.context === undefined;
}

function holds(part: unknown, person: Person): boolean {
  if (typeof part === 'string' || typeof part === 'number') return isPerson(String(part), person);
  if (Array.isArray(part)) return part.some((item) => holds(item, person));
  if (typeof part !== 'object' || part === null) return false;
  return Object.entries(part).some(([name, member]) => {
    if (name === BYTES && typeof member === 'string')
      return holdsInside(Buffer.from(member, 'base64').toString(), person);
    return !OF_THE_BUSINESS.has(name) && holds(member, person);
  });
}

/** A whole request, or what could not be read: of that, any mention counts. */
function holdsInside(text: string, person: Person): boolean {
  const body = parse(text);
  return body === undefined ? mentions(text, person) : holds(body, person);
}

function isPerson(text: string, { party, digits }: Person): boolean {
  if (party !== undefined && text === party) return true;
  return digits !== undefined && WRITTEN_NUMBER.test(text) && text.replace(/\D/g, '') === digits;
}

function mentions(text: string, { party, digits }: Person): boolean {
  return (party !== undefined && text.includes(party)) || (digits !== undefined && text.includes(digits));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
