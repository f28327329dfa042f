/** The ledger's rows: as they come, added up over several runs, and as a table. */
import { writeFileSync } from 'node:fs';
import { type Figures, readFigures } from '../../scripts/ledger-rows.ts';
import type { Episode } from './episode.ts';

const COLUMNS = [
  ['mode', ({ mode }) => mode],
  ['fault', ({ fault }) => fault],
  ['rounds', ({ rounds }) => rounds],
  ['requests', ({ counts }) => counts.requests],
  ['200', ({ counts }) => counts.ok],
  ['503', ({ counts }) => counts.unavailable],
  ['cut', ({ counts }) => counts.lost],
  ['events', ({ findings }) => findings.events],
  ['obligations', ({ findings }) => findings.obligations],
  ['excused', ({ findings }) => findings.excused],
  ['missing', ({ findings }) => findings.missing.length],
  ['altered', ({ findings }) => findings.altered.length],
  ['disordered', ({ findings }) => findings.disordered.length],
  ['duplicates', ({ findings }) => findings.duplicates],
  ['bound', ({ findings }) => findings.bound],
  ['excess', ({ findings }) => findings.excess.length],
  ['back_ms', ({ backMs }) => Math.round(backMs)],
] as const satisfies readonly (readonly [string, (episode: Episode) => string | number])[];

export function toFigures(episode: Episode): Figures {
  return { ...Object.fromEntries(COLUMNS.map(([name, of]) => [name, of(episode)])), clean: episode.clean } as Figures;
}

/** A Markdown table, one line for each row, and the sum where there are several. */
export function renderTable(figures: readonly Figures[]): string {
  const all = figures.length < 2 ? figures : [...figures, { ...sumOf(figures), mode: 'all', fault: '' }];
  const rows = [
    COLUMNS.map(([name]) => name as string),
    ...all.map((one) => COLUMNS.map(([name]) => String(one[name]))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/** Adds a row to that of its mode and fault in the file. */
export function addFigures(file: string, added: Figures): void {
  const before = readFigures(file);
  const isSame = ({ mode, fault }: Figures) => mode === added.mode && fault === added.fault;
  const sum = sumOf([...before.filter(isSame), added]);
  const after = before.some(isSame) ? before.map((one) => (isSame(one) ? sum : one)) : [...before, sum];
  writeFileSync(file, after.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

export function sumOf(figures: readonly Figures[]): Figures {
  return figures.reduce((sum, one) => ({
    ...(Object.fromEntries(
      COLUMNS.map(([name]) => [name, added(name, sum[name] as string | number, one[name] as string | number)]),
    ) as unknown as Figures),
    clean: sum.clean && one.clean,
  }));
}

function added(name: string, one: string | number, other: string | number): string | number {
  if (typeof one === 'string' || typeof other === 'string') return one;
  return name === 'back_ms' ? Math.max(one, other) : one + other;
}
