/** One entry of the envelope and its changes: each becomes a part, so that a bad one leaves the others whole. */
import { isObject } from '../core/is-object.ts';
import { readTime } from './entry-time.ts';
import { type JsonView, viewJson } from './json-view.ts';
import { describe, type EntryOrigin, type Issue, type Part, type UnrecognizedText } from './part.ts';
import { isTooLargeToRepeat, UNRECOGNIZED_ALWAYS_REPEATED } from './repetition.ts';
import { tooMany } from './too-many.ts';

/** It stands in key, source and every event of the entry. */
const MAX_ID_LENGTH = 256;
const CHANGE_MEMBERS = ['field', 'value'];

/** Members that the envelope does not define, by where they are. */
export interface OuterMembers {
  readonly envelope: string | null;
  readonly entry?: string | null;
  readonly change?: string | null;
}

export function readEntry(view: JsonView, path: string, whatsapp: boolean, outer: OuterMembers, parts: Part[]): void {
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

/** The members that are not `known`, as JSON text, or null when there are none. */
export function otherMembers(view: JsonView, known: readonly string[]): string | null {
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

function issue(path: string, code: string, what: string): Issue {
  return { path, code, message: `${path} ${what}.` };
}

function twice(path: string, member: string): Issue {
  return issue(path, 'repeated_member', `has the member ${JSON.stringify(member)} twice`);
}
