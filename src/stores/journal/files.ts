import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HubcastError, messageOf } from '../../core/errors.ts';

export function journalFile(dataDir: string): string {
  return join(dataDir, 'journal.db');
}

export function lockFile(dataDir: string): string {
  return join(dataDir, 'owner.lock');
}

/** Makes the folder, for its owner only (events hold personal data), and sees to it that a power cut keeps it. */
export function makeDataDir(dataDir: string): void {
  try {
    const firstMade = mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (firstMade === undefined) return;
    const above = dirname(resolve(firstMade));
    for (let folder = resolve(dataDir); ; folder = dirname(folder)) {
      syncFolder(folder);
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

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
