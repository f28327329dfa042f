/** What commands print: tables and events for people, lines of JSON for scripts. */
import { styleText } from 'node:util';
import { InvalidArgumentError } from 'commander';
import { escapeInvisible } from '../core/invisible.ts';
import { visible } from './visible.ts';

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

/** Waits where the reader of a pipe is slower than we are. Pipes get the text as it is. */
export async function print(text: string): Promise<void> {
  // Of a terminal's own controls paint needs escape alone, and JSON has escaped those of texts.
  const shown = process.stdout.isTTY ? escapeInvisible(text) : text;
  if (!process.stdout.write(`${shown}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** Colour only where a terminal shows it (and NO_COLOR is not set). */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function toTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(visible));
  const widths = columns.map((name, column) =>
    Math.max(name.length, ...shown.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  return [paint('bold', line(columns)), ...shown.map(line)].join('\n');
}
