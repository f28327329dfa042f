/**
 * Whether a record is about a person: whether their id or number is a value of its own in it, whatever the member is
 * called. Texts that merely mention it are not found. A number that the record shows as the business's own does not
 * count, because that number is beside everything.
 */
import { commonForm } from '../fields/person.ts';
import { findField } from '../fields/registry.ts';
import type { StoredRecord } from '../records/record.ts';

export interface Person {
  /** A user id, a wa_id: compared as it is. */
  readonly participant?: string | undefined;
  /** Compared by its digits, however it is written. */
  readonly digits?: string | undefined;
}

const BYTES = 'body_base64';
/** A number as people write it, and nothing else. */
const WRITTEN_NUMBER = /^[+\d\s().\-/]{5,40}$/;
const MESSAGE_ID = /^wa[mc]id\.([\w+/=-]+)$/;
/** Where what is no JSON shows the business's own number. */
const OUR_NUMBER_IN_TEXT = /"display_phone_number"\s*:\s*"?([+\d\s().\-/]{5,40})/g;
/** JSON texts in JSON texts. */
const MAX_NESTING = 4;

export function namesPerson({ key, value }: StoredRecord, person: Person): boolean {
  const event = parse(value);
  if (event === undefined) return mentions(value, person);
  const search = new Search(person);
  if (key?.includes(':')) search.look(key.slice(key.indexOf(':') + 1));
  search.lookThrough(event);
  return search.found;
}

class Search {
  readonly #participant: string | undefined;
  readonly #digits: string | undefined;
  /** Of the digits, one for the ways in which some countries write them. */
  readonly #form: string | undefined;
  #byParticipant = false;
  #byNumber = false;
  /** Texts that show a number as the business's own. */
  #participantIsOurs = false;
  #numberIsOurs = false;

  constructor({ participant, digits }: Person) {
    this.#participant = participant;
    this.#digits = digits;
    this.#form = digits === undefined ? undefined : commonForm(digits);
  }

  get found(): boolean {
    return (this.#byParticipant && !this.#participantIsOurs) || (this.#byNumber && !this.#numberIsOurs);
  }

  look(text: string): void {
    this.#byParticipant ||= text === this.#participant;
    this.#byNumber ||= this.#isNumber(text) || this.#isInId(text);
  }

  /** Without recursion: what could not be read may be nested deeper than the stack reaches. */
  lookThrough(whole: unknown): void {
    this.#lookForOurs(ourNumberOf(whole));
    const open: { readonly part: unknown; readonly nesting: number }[] = [{ part: whole, nesting: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { part, nesting } = next;
      if (typeof part === 'string' || typeof part === 'number') {
        const text = String(part);
        this.look(text);
        // The answers of a Flow come as JSON in a text.
        if (nesting < MAX_NESTING && /^\s*[[{]/.test(text)) open.push({ part: parse(text), nesting: nesting + 1 });
      } else if (Array.isArray(part)) {
        for (const item of part) open.push({ part: item, nesting });
      } else if (typeof part === 'object' && part !== null) {
        if (nesting === 0) this.#lookForOurs(ourNumberIn(part as Members));
        for (const [name, member] of Object.entries(part)) {
          this.look(name);
          open.push({ part: name === BYTES ? this.#bodyIn(member) : member, nesting });
        }
      }
    }
  }

  /** A whole request, or what could not be read: of that, any mention counts. */
  #bodyIn(base64: unknown): unknown {
    if (typeof base64 !== 'string') return base64;
    const text = Buffer.from(base64, 'base64').toString();
    const body = parse(text);
    if (body === undefined) {
      for (const [, ours] of text.matchAll(OUR_NUMBER_IN_TEXT)) this.#lookForOurs(ours);
      this.#byParticipant ||= mentions(text, { participant: this.#participant });
      this.#byNumber ||= mentions(text, { digits: this.#digits });
    }
    return body;
  }

  #lookForOurs(number: unknown): void {
    if (typeof number !== 'string' && typeof number !== 'number') return;
    this.#participantIsOurs ||= String(number) === this.#participant;
    this.#numberIsOurs ||= this.#isNumber(String(number));
  }

  #isNumber(text: string): boolean {
    return this.#form !== undefined && WRITTEN_NUMBER.test(text) && commonForm(digitsOf(text)) === this.#form;
  }

  /** Ids of messages and calls have the person's number in base64. */
  #isInId(text: string): boolean {
    const [, encoded] = MESSAGE_ID.exec(text) ?? [];
    if (encoded === undefined || this.#form === undefined) return false;
    const runs =
      Buffer.from(encoded, 'base64')
        .toString('latin1')
        .match(/\d{5,}/g) ?? [];
    return runs.some((run) => commonForm(run) === this.#form);
  }
}

type Members = Readonly<Record<string, unknown>>;

/** Of an event: the number it is about. */
function ourNumberOf(event: unknown): unknown {
  return membersOf(membersOf(membersOf(event).data).phone_number).digits;
}

/** Where Meta shows the business's own number: beside items, and in updates that are about the number or its account. */
function ourNumberIn(part: Members): unknown {
  if (part.display_phone_number !== undefined) return part.display_phone_number;
  const family = typeof part.field === 'string' ? findField(part.field)?.family : undefined;
  return family === 'phone-numbers' || family === 'accounts' ? membersOf(part.value).phone_number : undefined;
}

function membersOf(part: unknown): Members {
  return typeof part === 'object' && part !== null ? (part as Members) : {};
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '').replace(/^00/, '');
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
