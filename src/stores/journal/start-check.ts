/** What is looked at before a journal is opened for writing: opening it first could damage it, or damage it further. */
import { statSync } from 'node:fs';
import { HubcastError } from '../../core/errors.ts';
import { forgetDamage, isMarkedDamaged } from './damage-mark.ts';
import { filesOf } from './files.ts';
import { openForReading } from './open-for-reading.ts';

/** @throws HubcastError `store_incompatible` for another format, `store_unavailable` where the file is damaged */
export function assertSound(file: string): void {
  const database = openForReading(file);
  try {
    const { files } = database.prepare('SELECT files FROM state').get() ?? {};
    const marked = isMarkedDamaged(file);
    if (!marked && isOwnLog(file, String(files))) return;
    const [{ integrity_check: finding } = {}] = database.prepare('PRAGMA integrity_check(1)').all();
    if (finding !== 'ok') throw damaged(file, String(finding).replaceAll(/\s+/g, ' '), marked);
    forgetDamage(file);
  } finally {
    database.close();
  }
}

/**
 * SQLite takes any log beside a file for its own. It is not, where either was replaced since the log was last written:
 * by a backup that was copied over the journal, or by a log that was brought back.
 */
function isOwnLog(file: string, files: string): boolean {
  const [main, log] = filesOf(file);
  const logState = statSync(log, { throwIfNoEntry: false });
  if (logState === undefined || logState.size === 0) return true;
  return inodesOf(main) === files && statSync(main).ctimeMs <= logState.mtimeMs;
}

/** Of the file and its log. */
export function inodesOf(file: string): string {
  const [main, log] = filesOf(file);
  return `${statSync(main).ino} ${statSync(log, { throwIfNoEntry: false })?.ino}`;
}

function damaged(file: string, finding: string, marked: boolean): HubcastError {
  const cause = marked ? '' : ` Its log ${file}-wal was not left by this file: one of the two was replaced.`;
  return new HubcastError(
    'store_unavailable',
    `${file} is damaged (${finding}).${cause} Run "hubcast journal restore <backup>", or move journal.db, journal.db-wal and journal.db-shm away to start with a new journal.`,
  );
}
