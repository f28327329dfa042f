import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HubcastError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';

export function journalFile(dataDir: string): string {
  return join(dataDir, 'journal.db');
}

export function lockFile(dataDir: string): string {
  return join(dataDir, 'owner.lock');
}

/** The database, its write-ahead log and the index of that log. */
export function filesOf(file: string): readonly [string, string, string] {
  return [file, `${file}-wal`, `${file}-shm`];
}

/** A file with its log and the index of that; nothing where there is none. */
export function removeJournal(file: string): void {
  for (const name of filesOf(file)) rmSync(name, { force: true });
}

/** Makes the folder, for its owner only (events hold personal data), and sees to it that a power cut keeps it. */
export function makeDataDir(dataDir: string): void {
  try {
    const firstMade = mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (firstMade === undefined) return;
    const above = dirname(resolve(firstMade));
    for (let folder = resolve(dataDir); ; folder = dirname(folder)) {
      syncFile(folder);
      if (folder === above) return;
    }
  } catch (error) {
    throw new HubcastError(
      'store_unavailable',
      `DATA_DIR ${dataDir} cannot be made: ${messageOf(error)}. Make it, writable for this user.`,
      { cause: error },
    );
  }
}

/** Makes a file for its owner only, whatever the umask. Throws EEXIST where there is one. */
export function makePrivateFile(name: string): void {
  closeSync(openSync(name, 'wx', 0o600));
  chmodSync(name, 0o600);
}

/** Takes the rights of group and others from files that an older version made, or another program. */
export function makePrivate(dataDir: string, log: Logger): void {
  const open = [lockFile(dataDir), ...filesOf(journalFile(dataDir))].filter(
    (name) => ((statSync(name, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0,
  );
  if (open.length === 0 || process.platform === 'win32') return;
  try {
    for (const name of open) chmodSync(name, 0o600);
    log.warn({ files: open }, 'other users could read or change these files; now their owner alone can');
  } catch (error) {
    log.error(
      { files: open, error: messageOf(error) },
      'other users can read or change these files: chmod them to 600',
    );
  }
}

/** A file, or the entries of a folder. */
export function syncFile(name: string): void {
  const descriptor = openSync(name, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
