import type { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../errors.ts';

/** Rises with every change an older version could not live with. */
export const SCHEMA_VERSION = 1;

/**
 * `batches`: the records of one transaction, or a part of them when they are large, as one blob whose format its first
 * byte names (batch-format.ts). One row and its pages for dozens of records is what makes a record cheap. Offsets count
 * records: `last_offset` is that of a batch's last one, and AUTOINCREMENT keeps the highest for ever, so that none is
 * given twice, even after every row expired. Batches are rewritten when some of their records go; the offsets of the
 * others stay, and so does `last_offset`.
 * `batch_topics` says in which batches a topic is; `batches_by_time` spares a search by age or time the large rows.
 * `remembered` and `fresh_ids` say which ids were stored in the last days, however long records are kept: see
 * remembered-ids.ts. One row of `fresh_ids` holds the ids of one transaction, 16 bytes each.
 */
const SCHEMA = `
  CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE batches (
    last_offset INTEGER PRIMARY KEY AUTOINCREMENT,
    first_offset INTEGER NOT NULL,
    records INTEGER NOT NULL,
    min_timestamp_ms INTEGER NOT NULL,
    max_timestamp_ms INTEGER NOT NULL,
    content BLOB NOT NULL
  );
  CREATE INDEX batches_by_time ON batches (min_timestamp_ms, max_timestamp_ms, first_offset);
  CREATE TABLE batch_topics (
    topic_id INTEGER NOT NULL,
    last_offset INTEGER NOT NULL,
    PRIMARY KEY (topic_id, last_offset)
  ) WITHOUT ROWID;
  CREATE TABLE remembered (id BLOB PRIMARY KEY, stored_at_ms INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE fresh_ids (number INTEGER PRIMARY KEY AUTOINCREMENT, stored_at_ms INTEGER NOT NULL, ids BLOB NOT NULL);
  CREATE TABLE probe (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);
  INSERT INTO probe VALUES (1, 0);
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The highest offset ever given, 0 before the first. */
export const LAST_OFFSET = "SELECT seq AS last_offset FROM sqlite_sequence WHERE name = 'batches'";

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
