import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { HubcastError, messageOf } from '../../core/errors.ts';
import { lockFile, makePrivateFile } from './files.ts';
import { isBusy, isDamage, toJournalError } from './sqlite-error.ts';

export interface OwnerLock {
  readonly release: () => void;
}

/**
 * One process writes to a DATA_DIR. The lock is an open exclusive transaction on a file of its own: the kernel lets go
 * of it when the process dies, however it dies, and readers never meet it.
 */
export function takeOwnerLock(dataDir: string): OwnerLock {
  const file = lockFile(dataDir);
  let connection: DatabaseSync | undefined;
  try {
    if (!existsSync(file)) makePrivateFile(file);
    connection = new DatabaseSync(file, { timeout: 0 });
    const held = connection;
    held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return {
      release: () => {
        if (held.isOpen) held.close();
      },
    };
  } catch (error) {
    connection?.close();
    if (isDamage(error))
      throw new HubcastError('store_unavailable', `${file} is no lock of hubcast: ${messageOf(error)}. Remove it.`, {
        cause: error,
      });
    if (!isBusy(error)) throw toJournalError(error, file);
    throw new HubcastError('store_locked', `DATA_DIR ${dataDir} belongs to another hubcast that is running.`, {
      cause: error,
    });
  }
}
