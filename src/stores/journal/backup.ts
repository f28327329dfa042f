/** Copies a journal from any process, whether its owner runs or not. */
import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { HubcastError, messageOf } from '../../core/errors.ts';
import { checkJournal } from './check.ts';
import { makePrivateFile, syncFile } from './files.ts';
import { openForReading } from './open-for-reading.ts';
import { LAST_OFFSET } from './schema.ts';
import { damageHint } from './sqlite-error.ts';

/** Pages between two reports. */
const BACKUP_PAGES = 2_000;

export interface BackupProgress {
  readonly pages: number;
  readonly totalPages: number;
}

/**
 * Copies the journal as it is at this moment while its owner goes on writing. The copy appears under its name only when
 * it is whole, checked and synced.
 * @throws HubcastError `usage` when there is no journal, or something has that name already; `store_unavailable` where
 * the journal is damaged, or the disk does not take the copy
 */
export async function backupJournal(
  file: string,
  target: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<{ readonly bytes: number }> {
  const partial = `${target}.partial`;
  try {
    assertJournal(file);
    claimName(target, partial);
    try {
      await copyJournal(file, partial, onProgress);
      assertWhole(partial, file);
      publish(partial, target);
    } catch (error) {
      rmSync(partial, { force: true });
      throw error;
    }
    return { bytes: statSync(target).size };
  } catch (error) {
    throw error instanceof HubcastError
      ? error
      : new HubcastError(
          'store_unavailable',
          `No copy was made at ${target}: ${messageOf(error)}.${damageHint(error)}`,
          { cause: error },
        );
  }
}

/** Makes a whole and synced copy, for its owner only, under a name that may be taken by an empty file. */
export async function copyJournal(
  file: string,
  copy: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<void> {
  const { database, close } = openForReading(file);
  try {
    if (!existsSync(copy)) makePrivateFile(copy);
    // One state of the file for all steps: otherwise each write of the owner would make the copy begin again.
    database.exec('BEGIN');
    database.prepare(LAST_OFFSET).get();
    await backup(database, copy, {
      rate: BACKUP_PAGES,
      progress: ({ totalPages, remainingPages }) => onProgress({ pages: totalPages - remainingPages, totalPages }),
    });
    makeOneFile(copy);
    syncFile(copy);
  } finally {
    close();
  }
}

function assertJournal(file: string): void {
  openForReading(file).close();
}

/** Without a log beside it, so that it can be read where nothing can be written; and owned by no process. */
function makeOneFile(copy: string): void {
  const database = new DatabaseSync(copy);
  try {
    database.exec("PRAGMA journal_mode = DELETE; UPDATE state SET owner = '', files = ''");
  } finally {
    database.close();
  }
}

/** A copy of a damaged journal cannot be restored, and would take the place of one that can. */
function assertWhole(copy: string, file: string): void {
  const [problem] = checkJournal(copy).problems;
  if (problem === undefined) return;
  throw new HubcastError(
    'store_unavailable',
    `${file} is damaged (${problem}), and no copy is kept. "hubcast journal check" lists the damage; "hubcast journal restore <backup>" puts an older copy in its place.`,
  );
}

/** For its owner only: events hold personal data. */
function claimName(target: string, partial: string): void {
  if (existsSync(target)) throw nameTaken(target);
  try {
    makePrivateFile(partial);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw leftOver(partial);
    throw error;
  }
}

function nameTaken(name: string): HubcastError {
  return new HubcastError(
    'usage',
    `${name} exists already, and is not overwritten. Choose another name, or remove it.`,
  );
}

function leftOver(partial: string): HubcastError {
  return new HubcastError(
    'usage',
    `${partial} exists already: another copy is being made, or one was ended before it was whole. In the second case remove it.`,
  );
}

/** A link never replaces what came there meanwhile; a file system without links gets the next best. */
function publish(partial: string, target: string): void {
  try {
    linkSync(partial, target);
    rmSync(partial);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || existsSync(target)) throw nameTaken(target);
    renameSync(partial, target);
  }
  syncFile(dirname(resolve(target)));
}
