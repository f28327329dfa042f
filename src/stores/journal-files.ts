/** The journal of DATA_DIR as a file to copy and to check. */
import type { StoreSettings } from '../config/settings.ts';
import { type BackupProgress, backupJournal } from './journal/backup.ts';
import { checkJournal, type JournalReport } from './journal/check.ts';
import { journalFile } from './journal/files.ts';

export type { BackupProgress, JournalReport };

/** See `backupJournal`. */
export function backUp(
  settings: StoreSettings,
  target: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<{ readonly bytes: number }> {
  return backupJournal(journalFile(settings.DATA_DIR), target, onProgress);
}

/** @param file a copy instead of the journal itself */
export function check(settings: StoreSettings, file: string | undefined): JournalReport {
  return checkJournal(file ?? journalFile(settings.DATA_DIR));
}
