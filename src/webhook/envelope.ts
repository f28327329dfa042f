/**
 * Meta's envelope: `{object, entry: [{id, time?, changes: [{field, value}]}]}`, read part by part so that one bad part
 * leaves the others whole. Source: Graph API > Webhooks > Getting started, and what really arrives: ids and times as
 * number or string, `time` absent, `changed_fields` instead of `changes`, members in any order.
 */
import { isUtf8 } from 'node:buffer';
import { isObject } from '../core/is-object.ts';
import { JsonUnreadable, type JsonView, viewJson } from './json-view.ts';
import { isTooLargeToRepeat, UNRECOGNIZED_ALWAYS_REPEATED } from './repetition.ts';
import type { VerifiedBody } from './signature.ts';
import { tooMany } from './too-many.ts';

/** What is wrong with a part, and where: `path` is from the body's root, such as `entry[0].changes[2].field`. */
export interface Issue {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** The entry a part came in. */
export interface EntryOrigin {
  /** As received, digits kept when it came as a number. */
  readonly id: string;
  /** JSON text of `entry[].time` as received: identical bodies, identical text. Null when absent. */
  readonly timeText: string | null;
  /** Unix milliseconds, null when absent or not a time between 2009 and 2100. */
  readonly timeMs: number | null;
}

/** JSON text of an object with the members Meta put around the part and that the envelope does not define. */
export type UnrecognizedText = string;

export type Part =
  /** One update of a field of a WhatsApp account. */
  | {
      readonly kind: 'change';
      readonly entry: EntryOrigin;
      readonly whatsapp: boolean;
      readonly field: string;
      readonly value: JsonView;
      readonly path: string;
      readonly unrecognized: UnrecognizedText | null;
    }
  /** An entry without changes: `changed_fields` only, or a shape of another product. */
  | {
      readonly kind: 'entry';
      readonly entry: EntryOrigin;
      readonly value: JsonView;
      readonly unrecognized: UnrecognizedText | null;
    }
  /** A part that is not what the envelope says. */
  | {
      readonly kind: 'refused';
      readonly form: RefusedForm;
      readonly entry: EntryOrigin | null;
      readonly field: string | null;
      readonly value: JsonView;
      /** Of the part, from the body's root. */
      readonly path: string;
      readonly issues: readonly Issue[];
      readonly unrecognized: UnrecognizedText | null;
    };

/** What a refused part is: equal text of different forms is different content. */
export type RefusedForm = 'unrecognized' | 'entry' | 'change' | 'value' | 'item';

export type ReadBody =
  | { readonly readable: true; readonly parts: readonly Part[] }
  /** Not JSON, not UTF-8, nested too deep, or no envelope: only its bytes can be kept. */
  | { readonly readable: false; readonly issues: readonly Issue[] };

export const WHATSAPP_OBJECT = 'whatsapp_business_account';

/** Never throws: what cannot be read is said. */
export function readBody(body: VerifiedBody): ReadBody {
  if (!isUtf8(body)) return unreadable('not_utf8', 'The body is not UTF-8.');
  const text = withoutByteOrderMark(body.toString('utf8'));
  let root: JsonView;
  try {
    root = viewJson(text);
  } catch (error) {
    if (error instanceof JsonUnreadable)
      return unreadable('not_json', `The body cannot be read as JSON: ${error.message}.`);
    throw error;
  }
  return readEnvelope(root);
}

function readEnvelope(root: JsonView): ReadBody {
  const envelope = root.value;
  if (!isObject(envelope))
    return unreadable('no_envelope', `The body is ${describe(envelope)}; an object was expected.`);
  const repeated = root.repeatedMember(false);
  if (repeated !== undefined) return unreadable('repeated_member', `The body has ${JSON.stringify(repeated)} twice.`);
  if (typeof envelope.object !== 'string') {
    return unreadable('no_envelope', `"object" is ${describe(envelope.object)}; a string was expected.`, 'object');
  }
  if (!Array.isArray(envelope.entry)) {
    return unreadable('no_envelope', `"entry" is ${describe(envelope.entry)}; an array was expected.`, 'entry');
  }
  const excess = tooMany('"entry"', envelope.entry);
  if (excess !== null) return unreadable('too_many', excess, 'entry');
  const whatsapp = envelope.object === WHATSAPP_OBJECT;
  const parts: Part[] = [];
  const beside = otherMembers(root, whatsapp ? ENVELOPE_MEMBERS : ENTRY_ARRAY);
  const aside =
    beside !== null && isTooLargeToRepeat(beside.length, countUpdates(envelope.entry), UNRECOGNIZED_ALWAYS_REPEATED);
  if (aside) parts.push(keptOnce(beside));
  const unrecognized = { envelope: aside ? null : beside };
  const entries = root.at('entry');
  for (let index = 0; index < envelope.entry.length; index += 1) {
    readEntry(entries.at(index), `entry[${index}]`, whatsapp, unrecognized, parts);
  }
  if (parts.length === 0) return unreadable('no_update', 'The body is an envelope without any update.', 'entry');
  return { readable: true, parts };
}

function countUpdates(entries: readonly unknown[]): number {
  let count = 0;
  for (const entry of entries) count += isObject(entry) && Array.isArray(entry.changes) ? entry.changes.length : 1;
  return count;
}

/** Members around all entries belong to none of them. */
function keptOnce(beside: string): Part {
  const problem = { path: '', code: 'kept_once', message: 'Too large to go with each update; kept once, here.' };
  return {
    kind: 'refused',
    form: 'unrecognized',
    entry: null,
    field: null,
    value: viewJson(beside),
    path: '',
    issues: [problem],
    unrecognized: null,
  };
}

/** It stands in key, source and every event of the entry. */
const MAX_ID_LENGTH = 256;
const ENVELOPE_MEMBERS = ['object', 'entry'];
const ENTRY_ARRAY = ['entry'];
const CHANGE_MEMBERS = ['field', 'value'];

interface OuterMembers {
  readonly envelope: string | null;
  readonly entry?: string | null;
  readonly change?: string | null;
}

function readEntry(view: JsonView, path: string, whatsapp: boolean, outer: OuterMembers, parts: Part[]): void {
  const raw = view.value;
  const refuse = (entry: EntryOrigin | null, issues: readonly Issue[]) =>
    parts.push({
      kind: 'refused',
      form: 'entry',
      entry,
      field: null,
      value: view,
      path,
      issues,
      unrecognized: unrecognizedText(outer),
    });
  if (!isObject(raw))
    return void refuse(null, [issue(path, 'invalid_type', `is ${describe(raw)}; an object was expected`)]);
  const id = readId(view, raw);
  if (id === null) {
    const found = describe(raw.id);
    return void refuse(null, [issue(`${path}.id`, 'invalid_type', `is ${found}; a string or a number was expected`)]);
  }
  if (id.length > MAX_ID_LENGTH) {
    return void refuse(null, [issue(`${path}.id`, 'too_long', `has ${id.length} characters; Meta's have up to 20`)]);
  }
  const entry: EntryOrigin = { id, ...readTime(view, raw) };
  const repeated = view.repeatedMember(false);
  if (repeated !== undefined) return void refuse(entry, [twice(path, repeated)]);
  if (raw.changes === undefined) {
    const inside = view.repeatedMember(true);
    if (inside !== undefined) return void refuse(entry, [twice(path, inside)]);
    parts.push({ kind: 'entry', entry, value: view, unrecognized: unrecognizedText(outer) });
    return;
  }
  if (!Array.isArray(raw.changes)) {
    return void refuse(entry, [
      issue(`${path}.changes`, 'invalid_type', `is ${describe(raw.changes)}; an array was expected`),
    ]);
  }
  const excess = tooMany(`${path}.changes`, raw.changes);
  if (excess !== null) return void refuse(entry, [{ path: `${path}.changes`, code: 'too_many', message: excess }]);
  // A time that could not be used as one is kept beside the item.
  const known = entry.timeText !== null && entry.timeMs === null ? ['id', 'changes'] : ['id', 'time', 'changes'];
  if (raw.changes.length === 0) {
    parts.push({ kind: 'entry', entry, value: view, unrecognized: unrecognizedText(outer) });
    return;
  }
  let beside = otherMembers(view, known);
  if (beside !== null && isTooLargeToRepeat(beside.length, raw.changes.length, UNRECOGNIZED_ALWAYS_REPEATED)) {
    parts.push({ kind: 'entry', entry, value: viewJson(beside), unrecognized: unrecognizedText(outer) });
    beside = null;
  }
  const changes = view.at('changes');
  for (let index = 0; index < raw.changes.length; index += 1) {
    const change = changes.at(index);
    parts.push(readChange(change, `${path}.changes[${index}]`, entry, whatsapp, { ...outer, entry: beside }));
  }
}

function readChange(view: JsonView, path: string, entry: EntryOrigin, whatsapp: boolean, outer: OuterMembers): Part {
  const raw = view.value;
  const refused = (value: JsonView, field: string | null, unrecognized: OuterMembers, problem: Issue): Part => {
    const [form, at] = value === view ? (['change', path] as const) : (['value', `${path}.value`] as const);
    return {
      kind: 'refused',
      form,
      entry,
      field,
      value,
      path: at,
      issues: [problem],
      unrecognized: unrecognizedText(unrecognized),
    };
  };
  if (!isObject(raw)) {
    return refused(view, null, outer, issue(path, 'invalid_type', `is ${describe(raw)}; an object was expected`));
  }
  const repeated = view.repeatedMember(false);
  if (repeated !== undefined) return refused(view, null, outer, twice(path, repeated));
  const { field } = raw;
  if (typeof field !== 'string') {
    const problem = issue(`${path}.field`, 'invalid_type', `is ${describe(field)}; a string was expected`);
    return refused(view, null, outer, problem);
  }
  if (!Object.hasOwn(raw, 'value')) {
    return refused(view, field, outer, issue(`${path}.value`, 'missing', 'is missing'));
  }
  const value = view.at('value');
  const unrecognized = { ...outer, change: otherMembers(view, CHANGE_MEMBERS) };
  const inside = value.repeatedMember(true);
  if (inside !== undefined) return refused(value, field, unrecognized, twice(`${path}.value`, inside));
  return {
    kind: 'change',
    entry,
    whatsapp,
    field,
    value,
    path: `${path}.value`,
    unrecognized: unrecognizedText(unrecognized),
  };
}

function readId(view: JsonView, raw: Record<string, unknown>): string | null {
  if (typeof raw.id === 'string') return raw.id;
  return typeof raw.id === 'number' ? view.at('id').text() : null;
}

const EARLIEST_MS = Date.UTC(2009, 0, 1);
const LATEST_MS = Date.UTC(2101, 0, 1);

function readTime(view: JsonView, raw: Record<string, unknown>): Pick<EntryOrigin, 'timeText' | 'timeMs'> {
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

/** The members that are not `known`, as JSON text, or null when there are none. */
function otherMembers(view: JsonView, known: readonly string[]): string | null {
  let text = '';
  for (const name in view.value as object) {
    if (known.includes(name)) continue;
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${view.at(name).text()}`;
  }
  return text === '' ? null : `${text}}`;
}

function unrecognizedText(unrecognized: OuterMembers): UnrecognizedText | null {
  const { envelope, entry, change } = unrecognized;
  if (envelope === null && !entry && !change) return null;
  const named: [string, string | null | undefined][] = [
    ['envelope', envelope],
    ['entry', entry],
    ['change', change],
  ];
  return `{${named.flatMap(([name, text]) => (text ? [`"${name}":${text}`] : [])).join(',')}}`;
}

function unreadable(code: string, message: string, path = ''): ReadBody {
  return { readable: false, issues: [{ path, code, message }] };
}

function issue(path: string, code: string, what: string): Issue {
  return { path, code, message: `${path} ${what}.` };
}

function twice(path: string, member: string): Issue {
  return issue(path, 'repeated_member', `has the member ${JSON.stringify(member)} twice`);
}

/** RFC 8259 section 8.1 lets a reader ignore it. */
function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Names the kind of a value without quoting it. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
