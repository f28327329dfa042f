import { type ErrorCode, HubcastError, isHubcastError, messageOf } from '../../core/errors.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/** The primary code is the low byte of the extended one that node:sqlite hands out. */
function primaryCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

/** The content of the file is not what SQLite wrote. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/** What failed, in hubcast's terms. `diskIsFull`: SQLite reports a full disk as an I/O error in some places. */
export function toJournalError(
  error: unknown,
  file: string,
  diskIsFull: () => boolean = () => false,
  boundedBy = 'JOURNAL_MAX_BYTES',
): HubcastError {
  if (isHubcastError(error)) return error;
  const code = primaryCode(error);
  const full = code === SQLITE_FULL || (code === SQLITE_IOERR && diskIsFull());
  const kind: ErrorCode = full ? 'store_full' : 'store_unavailable';
  return new HubcastError(kind, `${file}: ${messageOf(error)}.${hint(error, full, boundedBy)}`, { cause: error });
}

/** The way out, where the error tells of damage; otherwise empty. */
export function damageHint(error: unknown): string {
  if (!isDamage(error)) return '';
  return ' The file is damaged: run "hubcast journal restore <backup>", or move it away with its -wal and -shm to start with a new journal; "sqlite3 <file> .recover" saves what can be read.';
}

function hint(error: unknown, full: boolean, boundedBy: string): string {
  if (full) return ` ${boundedBy} is reached, or the disk of DATA_DIR is full.`;
  if (isBusy(error)) return ' Another program keeps the journal locked: end it, or let it read only.';
  if (isDamage(error)) return damageHint(error);
  if (primaryCode(error) === SQLITE_IOERR) return ' The disk of DATA_DIR fails or is gone.';
  return '';
}
