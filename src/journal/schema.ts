import type { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../errors.ts';

/** Rises with every change an older version could not live with. */
export const SCHEMA_VERSION = 1;

/**
 * `records.seq` is the offset: AUTOINCREMENT never gives a number twice, even after every row expired.
 * `remembered` and `fresh_ids` say which ids were stored in the last days, however long records are kept: see
 * remembered-ids.ts. One row of `fresh_ids` holds the ids of one transaction, 16 bytes each.
 */
const SCHEMA = `
  CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic_id INTEGER NOT NULL,
    key TEXT,
    headers TEXT NOT NULL,
    value TEXT NOT NULL,
    timestamp_ms INTEGER NOT NULL
  );
  CREATE INDEX records_by_topic ON records (topic_id, seq);
  CREATE INDEX records_by_time ON records (timestamp_ms);
  CREATE TABLE remembered (id BLOB PRIMARY KEY, stored_at_ms INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE fresh_ids (number INTEGER PRIMARY KEY AUTOINCREMENT, stored_at_ms INTEGER NOT NULL, ids BLOB NOT NULL);
  CREATE TABLE probe (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);
  INSERT INTO probe VALUES (1, 0);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** Throws `store_incompatible` when a newer hubcast wrote the file. */
export function checkSchema(database: DatabaseSync, file: string): void {
  const version = schemaVersion(database);
  if (version <= SCHEMA_VERSION) return;
  throw new HubcastError(
    'store_incompatible',
    `${file} has format ${version}; this hubcast reads and writes formats up to ${SCHEMA_VERSION}.`,
  );
}

/** Makes the tables of a new file, in one transaction, so that a crash leaves all of them or none. */
export function createSchema(database: DatabaseSync): void {
  if (schemaVersion(database) !== 0) return;
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
}
