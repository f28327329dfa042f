/** What the long runs of the ledger found, for the table in docs/reliability.md. `npm run ledger -- --add-to` writes the file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One row: an episode, or the sum of all episodes of one mode and fault. `back_ms` is the longest. */
export type Figures = Readonly<Record<string, string | number | boolean>> & { readonly clean: boolean };

const FIGURES = join(import.meta.dirname, '..', 'test', 'ledger', 'figures.jsonl');
const MODE_COLUMNS = [
  ['direct', 'Kafka'],
  ['workers', 'Kafka, `WORKERS=2`'],
  ['spool', 'spool'],
  ['journal', 'journal'],
  ['tls', 'journal, TLS'],
] as const;
const whole = (count: number) => count.toLocaleString('en-US');

/** The sums of all long runs, one line for each fault. */
export function ledgerRows(): readonly Readonly<Record<string, string>>[] {
  const figures = readFigures(FIGURES);
  const faults = [...new Set(figures.map(({ fault }) => String(fault)))];
  const row = (name: string, of: readonly Figures[]) => {
    const sum = (column: keyof Figures, among = of) => among.reduce((all, one) => all + Number(one[column]), 0);
    const inMode = (mode: string) => {
      const among = of.filter((one) => one.mode === mode);
      return among.length === 0 ? '–' : whole(sum('obligations', among));
    };
    return {
      fault: name,
      rounds: whole(sum('rounds')),
      ...Object.fromEntries(MODE_COLUMNS.map(([mode, title]) => [title, inMode(mode)])),
      'missing, altered, out of order': ['missing', 'altered', 'disordered']
        .map((column) => sum(column as keyof Figures))
        .join(', '),
      duplicates: whole(sum('duplicates')),
    };
  };
  return [
    ...faults.map((name) =>
      row(
        name,
        figures.filter(({ fault }) => fault === name),
      ),
    ),
    row('all', figures),
  ];
}

/** The rows of earlier runs; none where the file is not there. */
export function readFigures(file: string): readonly Figures[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Figures);
}
