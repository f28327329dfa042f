/** A record as people see it. Anybody may write to a topic, so nothing about it is taken for granted. */
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
  return [
    ...membersOf('', value),
    ...membersOf('derived.', derived),
    ...(Array.isArray(issues) ? issues.map((issue) => paint('red', `  ! ${shorten(messageOf(issue))}`)) : []),
  ];
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
