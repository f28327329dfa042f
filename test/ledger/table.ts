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

/** A Markdown table, one row for each mode and fault. */
export function renderTable(episodes: readonly Episode[]): string {
  const rows = [
    COLUMNS.map(([name]) => name as string),
    ...episodes.map((one) => COLUMNS.map(([, of]) => String(of(one)))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

/** The figures of a row, for scripts. */
export function toFigures(episode: Episode): Record<string, string | number | boolean> {
  return { ...Object.fromEntries(COLUMNS.map(([name, of]) => [name, of(episode)])), clean: episode.clean };
}
