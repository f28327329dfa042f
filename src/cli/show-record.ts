/** Formats a record for people. Other programs may write to a topic, so every member is checked. */
import type { OutgoingRecord, StoredRecord } from '../records/record.ts';
import { paint } from './output.ts';
import { visible } from './visible.ts';

type AnyRecord = StoredRecord | OutgoingRecord;

export function toPretty(record: AnyRecord): string {
  const { ce_time: time = '', ce_type: type = '', ce_subject: subject = '', ce_id: id = '-' } = record.headers;
  const place = 'offset' in record ? `${record.topic}[${record.partition}]@${record.offset}` : record.topic;
  const colour = type.endsWith('dead_letter') ? 'red' : 'cyan';
  const head = type === '' ? '(not an event of hubcast)' : visible(type);
  return [
    `${paint('dim', visible(time))}  ${paint(colour, head)}  ${paint('bold', visible(subject))}`,
    paint('dim', `  ${visible(place)}  key ${visible(record.key ?? '-')}  id ${visible(id)}`),
    ...contentLines(record.value),
  ].join('\n');
}

function contentLines(text: string): string[] {
  const event = parse(text);
  if (event === undefined) return [text === '' ? '  (no value)' : `  ${shorten(text)}`];
  const data = isObject(event) ? event.data : undefined;
  if (!isObject(data)) return membersOf('', event);
  const { value, derived, issues } = data;
  if (value === undefined && issues === undefined) return ownLines(data);
  return [
    ...membersOf('', value),
    ...membersOf('derived.', derived),
    ...(Array.isArray(issues) ? issues.map((issue) => paint('red', `  ! ${shorten(messageOf(issue))}`)) : []),
  ];
}

/** Said by the head of every record. */
const IN_HEAD: ReadonlySet<string> = new Set(['field', 'entry_id', 'account_id', 'test', 'phone_number']);

/** What hubcast itself says: of a change what was and is, else what is known. */
function ownLines(data: Record<string, unknown>): string[] {
  const { before, after, changed } = data;
  if (Array.isArray(changed) && isObject(before) && isObject(after)) {
    const lines = changed.slice(0, MEMBERS_SHOWN).map((name) => {
      const [was, is] = [before, after].map((state) => shorten(JSON.stringify(state[String(name)]) ?? '-'));
      return `  ${paint('dim', visible(String(name)))}  ${was} → ${is}`;
    });
    return changed.length > MEMBERS_SHOWN ? [...lines, `  … ${changed.length - MEMBERS_SHOWN} more`] : lines;
  }
  const known = Object.entries(data).flatMap(([name, member]) => {
    if (member === null || IN_HEAD.has(name)) return [];
    if (!isObject(member) || Array.isArray(member)) return [[name, member]];
    return Object.entries(member).flatMap(([inner, one]) => (one === null ? [] : [[`${name}.${inner}`, one]]));
  });
  return membersOf('', Object.fromEntries(known));
}

const MEMBERS_SHOWN = 12;
const CHARACTERS_SHOWN = 160;

function membersOf(prefix: string, value: unknown): string[] {
  if (!isObject(value)) return value === undefined ? [] : [`  ${shorten(JSON.stringify(value))}`];
  const members = Object.entries(value);
  const shown = members
    .slice(0, MEMBERS_SHOWN)
    .map(([name, member]) => `  ${paint('dim', prefix + visible(name))}  ${shorten(JSON.stringify(member))}`);
  return members.length > MEMBERS_SHOWN ? [...shown, `  … ${members.length - MEMBERS_SHOWN} more`] : shown;
}

function shorten(text: string): string {
  return text.length > CHARACTERS_SHOWN ? `${visible(text.slice(0, CHARACTERS_SHOWN))} …` : visible(text);
}

function messageOf(issue: unknown): string {
  return isObject(issue) && typeof issue.message === 'string' ? issue.message : JSON.stringify(issue);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Undefined when the text is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
