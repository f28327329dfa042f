import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';
import { checkSchema, schemaVersion } from './schema.ts';
import { toJournalError } from './sqlite-error.ts';

/** A reader waits for others only while a crashed owner's log is recovered or emptied. */
const BUSY_TIMEOUT_MS = 2000;

/** Throws `usage` where there is no journal, `store_incompatible` where a newer hubcast wrote it. */
export function openForReading(file: string): DatabaseSync {
  const missing = () =>
    new HubcastError(
      'usage',
      `There is no journal in ${dirname(file)}. Set DATA_DIR to the folder of the hubcast that stores the events, or start it once with "hubcast serve".`,
    );
  if (!existsSync(file)) throw missing();
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    checkSchema(database, file);
    if (schemaVersion(database) === 0) throw missing();
    return database;
  } catch (error) {
    database?.close();
    throw toJournalError(error, file);
  }
}
