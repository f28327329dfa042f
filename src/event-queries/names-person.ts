/**
 * Whether a record is about a person: whether their id or number stands in it as a value of its own. Texts that merely
 * mention it are not found. The business's own number, which stands beside everything, does not count.
 */
import type { StoredRecord } from '../records/record.ts';

export interface Person {
  /** A user id, a wa_id: compared as it is. */
  readonly participant?: string | undefined;
  /** Compared by its digits, however it is written. */
  readonly digits?: string | undefined;
}

const OF_THE_BUSINESS: ReadonlySet<string> = new Set(['metadata', 'phone_number', 'display_phone_number']);
const BYTES = 'body_base64';
/** A number as people write it, and nothing else. */
const WRITTEN_NUMBER = /^[+\d\s().\-/]{5,40}$/;
const MESSAGE_ID = /^wa[mc]id\.([\w+/=-]+)$/;
/** JSON texts in JSON texts. */
const MAX_NESTING = 4;

export function namesPerson({ key, value }: StoredRecord, person: Person): boolean {
  const participant = key?.slice(key.indexOf(':') + 1);
  if (participant !== undefined && key?.includes(':') && isPerson(participant, person) && !isBusinessKey(value))
    return true;
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

/** Without recursion: what could not be read may be nested deeper than the stack reaches. */
function holds(whole: unknown, person: Person): boolean {
  const open: { readonly part: unknown; readonly nesting: number }[] = [{ part: whole, nesting: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part, nesting } = next;
    if (typeof part === 'string' || typeof part === 'number') {
      const text = String(part);
      if (isPerson(text, person) || isNamedById(text, person)) return true;
      // The answers of a Flow come as JSON in a text.
      if (nesting < MAX_NESTING && /^\s*[[{]/.test(text)) open.push({ part: parse(text), nesting: nesting + 1 });
    } else if (Array.isArray(part)) {
      for (const item of part) open.push({ part: item, nesting });
    } else if (typeof part === 'object' && part !== null) {
      for (const [name, member] of Object.entries(part)) {
        if (isPerson(name, person)) return true;
        if (name === BYTES && typeof member === 'string') {
          const text = Buffer.from(member, 'base64').toString();
          const body = parse(text);
          // A whole request, or what could not be read: of that, any mention counts.
          if (body === undefined && mentions(text, person)) return true;
          open.push({ part: body, nesting });
        } else if (!OF_THE_BUSINESS.has(name)) open.push({ part: member, nesting });
      }
    }
  }
  return false;
}

/** Ids of messages and calls have the person's number in base64. */
function isNamedById(text: string, { digits }: Person): boolean {
  const [, encoded] = MESSAGE_ID.exec(text) ?? [];
  if (encoded === undefined) return false;
  const runs =
    Buffer.from(encoded, 'base64')
      .toString('latin1')
      .match(/\d{5,}/g) ?? [];
  return runs.some((run) => run === digits);
}

function isPerson(text: string, { participant, digits }: Person): boolean {
  if (participant !== undefined && text === participant) return true;
  return digits !== undefined && WRITTEN_NUMBER.test(text) && text.replace(/\D/g, '').replace(/^00/, '') === digits;
}

function mentions(text: string, { participant, digits }: Person): boolean {
  return (participant !== undefined && text.includes(participant)) || (digits !== undefined && text.includes(digits));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
