/** What commands print: tables and events for people, lines of JSON for scripts. */
import { styleText } from 'node:util';
import { InvalidArgumentError } from 'commander';
import type { OutgoingRecord, StoredRecord } from '../records/record.ts';

export type Format = 'pretty' | 'json';

export function parseFormat(text: string): Format {
  if (text !== 'pretty' && text !== 'json') throw new InvalidArgumentError('Use pretty or json.');
  return text;
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Use a whole number of at least 1.');
  return Number(text);
}

/** People get pretty output, pipes get JSON. */
export function defaultFormat(): Format {
  return process.stdout.isTTY ? 'pretty' : 'json';
}

/** Waits where the reader of a pipe is slower than we are. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** Colour only where a terminal shows it (and NO_COLOR is not set). */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** The event's text is passed on as it is stored, so that large numbers keep their digits. */
export function toJsonLine(record: StoredRecord | OutgoingRecord): string {
  const { topic, key, headers, value } = record;
  const place = 'offset' in record ? `"partition":${record.partition},"offset":${record.offset},` : '';
  return `{"topic":${JSON.stringify(topic)},${place}"key":${JSON.stringify(key)},"headers":${JSON.stringify(headers)},"event":${value}}`;
}

export function toPretty(record: StoredRecord | OutgoingRecord): string {
  const { ce_time: time = '', ce_type: type = '', ce_subject: subject = '' } = record.headers;
  const place = 'offset' in record ? `${record.topic}[${record.partition}]@${record.offset}` : record.topic;
  const { data } = JSON.parse(record.value) as { data: Record<string, unknown> };
  const { value, derived, issues } = data;
  const lines = [
    `${paint('dim', time)}  ${paint(type.endsWith('dead_letter') ? 'red' : 'cyan', type)}  ${paint('bold', subject)}`,
    paint('dim', `  ${place}  key ${record.key ?? '-'}  id ${record.headers.ce_id}`),
    ...membersOf('', value),
    ...membersOf('derived.', derived),
    ...(Array.isArray(issues) ? issues.map((issue) => paint('red', `  ! ${issue.message}`)) : []),
  ];
  return lines.join('\n');
}

const MEMBERS_SHOWN = 12;

function membersOf(prefix: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [`  ${JSON.stringify(value)}`];
  const members = Object.entries(value);
  const shown = members.slice(0, MEMBERS_SHOWN).map(([name, member]) => {
    const text = JSON.stringify(member);
    return `  ${paint('dim', prefix + name)}  ${text.length > 160 ? `${text.slice(0, 160)} …` : text}`;
  });
  return members.length > MEMBERS_SHOWN ? [...shown, `  … ${members.length - MEMBERS_SHOWN} more`] : shown;
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function toTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  return [paint('bold', line(columns)), ...rows.map(line)].join('\n');
}
