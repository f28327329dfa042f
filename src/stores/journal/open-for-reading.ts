import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';
import { checkFormat } from './schema.ts';
import { isDamage, toJournalError } from './sqlite-error.ts';

type Row = Record<string, SQLOutputValue>;

/** A journal that is only read. What SQLite throws comes as a HubcastError that says what to do. */
export interface ReadOnlyJournal {
  readonly prepare: (sql: string) => {
    readonly get: (...values: SQLInputValue[]) => Row | undefined;
    readonly all: (...values: SQLInputValue[]) => Row[];
  };
  readonly database: DatabaseSync;
  readonly close: () => void;
}

/** A reader waits for others only while a crashed owner's log is recovered or emptied. */
const BUSY_TIMEOUT_MS = 2000;

/**
 * Throws `usage` where there is no journal, `store_incompatible` where it has another format.
 * @param onDamage called when the file turns out to be damaged
 */
export function openForReading(file: string, onDamage: (file: string) => void = () => undefined): ReadOnlyJournal {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory())
    throw new HubcastError('usage', `${file} is a folder, and no journal. Name the file, or the folder that holds it.`);
  if (found === undefined)
    throw new HubcastError(
      'usage',
      `There is no journal in ${dirname(file)}. Set DATA_DIR to the folder of the hubcast that stores the events, or start it once with "hubcast serve".`,
    );
  const translated = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (isDamage(error)) onDamage(file);
      throw toJournalError(error, file);
    }
  };
  const database = translated(() => new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS }));
  try {
    translated(() => checkFormat(database, file));
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    prepare(sql) {
      const statement = translated(() => database.prepare(sql));
      return {
        get: (...values) => translated(() => statement.get(...values)),
        all: (...values) => translated(() => statement.all(...values)),
      };
    },
    database,
    close: () => database.close(),
  };
}
