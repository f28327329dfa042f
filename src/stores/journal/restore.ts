/** Puts a copy in the place of the journal of a stopped service, so that neither its log nor half a copy can be taken for it. */
import { existsSync, statSync } from 'node:fs';
import { HubcastError, messageOf } from '../../core/errors.ts';
import { copyJournal } from './backup.ts';
import { checkJournal, type JournalReport } from './check.ts';
import { forgetDamage } from './damage-mark.ts';
import { journalFile, makeDataDir } from './files.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { draftOf, settleReplacement, takePlace } from './replace-file.ts';
import { isDamage } from './sqlite-error.ts';

/**
 * The journal there is stays as it is until the copy is whole, checked and synced.
 * @returns what was found in the copy
 * @throws HubcastError `store_locked` while a service owns the folder; `usage` where the copy is missing, damaged or the
 * journal itself; `store_unavailable` where the disk does not take it
 */
export async function restoreJournal(dataDir: string, copy: string): Promise<JournalReport> {
  const file = journalFile(dataDir);
  assertCopy(copy, file);
  makeDataDir(dataDir);
  const lock = takeOwnerLock(dataDir);
  const draft = draftOf(file);
  try {
    settleReplacement(file);
    await copyJournal(copy, draft, () => undefined);
    const report = checkJournal(draft);
    const [problem] = report.problems;
    if (problem !== undefined) throw copyDamaged(copy, problem);
    takePlace(file);
    forgetDamage(file);
    return { ...report, file };
  } catch (error) {
    const origin = error instanceof HubcastError ? error.cause : error;
    if (isDamage(origin)) throw copyDamaged(copy, messageOf(origin));
    if (error instanceof HubcastError) throw error;
    throw new HubcastError(
      'store_unavailable',
      `${copy} was not restored, and the journal is left as it is: ${messageOf(error)}. The disk of DATA_DIR must have room for the copy beside the old journal.`,
      { cause: error },
    );
  } finally {
    settleReplacement(file);
    lock.release();
  }
}

function copyDamaged(copy: string, problem: string): HubcastError {
  return new HubcastError(
    'usage',
    `${copy} is damaged (${problem}), and the journal is left as it is. Take another copy; "hubcast journal check <file>" says whether it is whole.`,
  );
}

function assertCopy(copy: string, file: string): void {
  const found = statSync(copy, { throwIfNoEntry: false });
  if (found?.isFile() !== true)
    throw new HubcastError(
      'usage',
      `${copy} ${found === undefined ? 'does not exist' : 'is no file'}. Name a file that "hubcast journal backup" made.`,
    );
  const { dev, ino } = (existsSync(file) ? statSync(file) : undefined) ?? {};
  if (found.ino === ino && found.dev === dev)
    throw new HubcastError('usage', `${copy} is the journal itself. Name a file that "hubcast journal backup" made.`);
}
