/**
 * The tables of the journal, as the steps that make them: step n turns a file of format n-1 into one of format n. A new
 * file takes all steps, so that new and migrated files are alike. A step that was released is never changed.
 */
import type { DatabaseSync } from 'node:sqlite';

/**
 * `batches`: the records of one transaction, or a part of them when they are large, as one blob whose format its first
 * byte names (batch-format.ts). One row and its pages for dozens of records is what makes a record cheap. Offsets count
 * records: `last_offset` is that of a batch's last one, and AUTOINCREMENT keeps the highest for ever, so that none is
 * given twice, even after every row expired. Batches are rewritten when some of their records go; the offsets of the
 * others stay, and so does `last_offset`.
 * `batch_topics` says in which batches a topic is; `batches_by_time` spares a search by age or time the large rows.
 * `remembered` and `fresh_ids` say which ids were stored in the last days, however long records are kept: see
 * dedupe-ids.ts. One row of `fresh_ids` holds the ids of one transaction, 16 bytes each.
 */
const RECORDS = `
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
`;

/**
 * `forwarding`: how far the records are in Kafka. All up to `position` are there or parked, and so are the offsets that
 * `ahead`, a JSON array, names beyond it. `parked`: records that Kafka refuses for good, each as a batch of one.
 */
const FORWARDING = `
  CREATE TABLE forwarding (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    ahead TEXT NOT NULL
  );
  INSERT INTO forwarding VALUES (1, 0, '[]');
  CREATE TABLE parked (
    record_offset INTEGER PRIMARY KEY,
    first_offset INTEGER NOT NULL,
    topic TEXT NOT NULL,
    parked_at_ms INTEGER NOT NULL,
    why TEXT NOT NULL,
    content BLOB NOT NULL
  );
`;

const MIGRATIONS: readonly string[] = [RECORDS, FORWARDING];

/** Rises with every change an older version could not live with. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Takes the steps that are missing in one transaction, so that a crash leaves the file as it was. */
export function migrate(database: DatabaseSync, from: number, steps: readonly string[] = MIGRATIONS): void {
  if (from >= steps.length) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of steps.slice(from)) database.exec(step);
    database.exec(`PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
