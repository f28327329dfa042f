/** Opens the journal's file for the thread that owns it, and makes it where there is none. */
import { existsSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';
import { filesOf, makePrivateFile, removeJournal, syncFile } from './files.ts';
import type { WorkerSettings } from './messages.ts';
import { settleReplacement } from './replace-file.ts';
import { PAGE_BYTES, TABLES } from './schema.ts';
import { assertSound, inodesOf } from './start-check.ts';

/** SQLite's own smallest working size; a smaller bound could not even hold the tables. */
const MIN_PAGES = 32;
/** SQLite's own bound. */
const MAX_PAGES = 0xfffffffe;
/** How long a foreign writer (an sqlite3 shell) is waited for. */
const BUSY_TIMEOUT_MS = 2000;

export function openDatabase({ file, maxBytes, owner, first }: WorkerSettings): DatabaseSync {
  if (first) settleReplacement(file);
  if (existsSync(file)) assertSound(file);
  else if (first) makeFile(file);
  else
    throw new HubcastError('store_unavailable', `${file} was removed while in use. Put it back, and restart hubcast.`);
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    const pages = Math.min(MAX_PAGES, Math.max(MIN_PAGES, Math.floor(maxBytes / PAGE_BYTES)));
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -16384;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = 16777216;
      PRAGMA max_page_count = ${pages};
      BEGIN IMMEDIATE`);
    // A thread that is started again in the same process must find the file as its own.
    const own = first ? '' : 'WHERE owner = ?1';
    const taken = database.prepare(`UPDATE state SET owner = ?1, files = ?2 ${own}`).run(owner, inodesOf(file));
    database.exec('COMMIT');
    if (taken.changes === 0)
      throw new HubcastError('store_unavailable', `${file} belongs to another hubcast now. Stop one, and restart.`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Under its name there is never a file without its tables: one that is empty or cut short is damaged. */
function makeFile(file: string): void {
  const [, log] = filesOf(file);
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0)
    throw new HubcastError(
      'store_unavailable',
      `${file} is missing, and its log ${log} is there, which holds events. Bring ${file} back, run "hubcast journal restore <backup>", or move the log away.`,
    );
  const draft = `${file}.new`;
  removeJournal(draft);
  makePrivateFile(draft);
  const database = new DatabaseSync(draft);
  try {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; ${TABLES}`);
  } finally {
    database.close();
  }
  syncFile(draft);
  renameSync(draft, file);
  syncFile(dirname(file));
}
