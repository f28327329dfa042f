/** The checks that a running service makes of itself on request: one at a time, and each report is kept for a moment. */
import type { StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import type { Report } from './findings.ts';

/** Meta counts the reads of each account: two for each examination. */
const KEPT_MS = 30_000;
const NOT_PROBED = 'POST /checks calls it, and stores a test event';

interface Kept {
  readonly report: Promise<Report>;
  /** When it was done; null while it is under way. */
  doneMs: number | null;
}

/**
 * @param now a monotonic clock, ms
 * @returns a function that says what is wrong; callers at the same time share an answer
 */
export function createSelfCheck(
  settings: () => StoreSettings,
  log: Logger,
  now: () => number = () => performance.now(),
): (probe: boolean) => Promise<Report> {
  const kept = new Map<boolean, Kept>();
  return (probe) => {
    const known = kept.get(probe);
    if (known !== undefined && (known.doneMs === null || now() - known.doneMs < KEPT_MS)) return known.report;
    const current = settings();
    const entry: Kept = { report: check(current, log, probe), doneMs: null };
    kept.set(probe, entry);
    entry.report.then(
      () => {
        entry.doneMs = now();
      },
      () => kept.delete(probe),
    );
    return entry.report;
  };
}

/** The code of the checks is loaded by the first call. */
async function check(settings: StoreSettings, log: Logger, probe: boolean): Promise<Report> {
  const [{ examine }, { openDoctor }] = await Promise.all([import('./examine.ts'), import('./effects.ts')]);
  const examination = { settings, url: null, offline: false, probe: probe || NOT_PROBED };
  return examine(examination, openDoctor(settings, { log }));
}
