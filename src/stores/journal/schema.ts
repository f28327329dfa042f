/**
 * The journal's tables. A record is a row of `records`; offsets rise and are never given twice. The ids of the last days
 * are in the tables that `id_tables` lists (dedupe-ids.ts). `parked`: records that Kafka refuses for good.
 */
import type { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';

/** Rises with every change an older version could not live with. Formats 1 and 2 were never released. */
export const FORMAT = 3;

/** Three records of usual size in a page; with smaller pages a record costs more time, with larger ones more bytes. */
export const PAGE_BYTES = 4096;

/**
 * `checksum`: CRC-32 of key, headers and value. `dedupe_id` is null where the record is stored each time it comes.
 * The one row of `state`: `owner` is the token of the process that writes, `files` the inodes of its files, `last_offset`
 * the highest that was removed, `ids_upto` the offset up to which ids are in their tables. All records up to `position`
 * are in Kafka or parked, and so are the offsets that `ahead`, a JSON array, names.
 */
export const TABLES = `
  CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE records (
    offset INTEGER PRIMARY KEY,
    dedupe_id BLOB,
    topic_id INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    key TEXT,
    headers TEXT NOT NULL,
    value TEXT NOT NULL
  );
  CREATE INDEX records_by_topic ON records (topic_id);
  CREATE INDEX records_by_time ON records (timestamp_ms);
  CREATE TABLE id_tables (number INTEGER PRIMARY KEY, since_ms INTEGER NOT NULL);
  CREATE TABLE parked (
    offset INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    key TEXT,
    headers TEXT NOT NULL,
    value TEXT NOT NULL,
    parked_at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    owner TEXT NOT NULL DEFAULT '',
    files TEXT NOT NULL DEFAULT '',
    probed_at_ms INTEGER NOT NULL DEFAULT 0,
    last_offset INTEGER NOT NULL DEFAULT 0,
    ids_upto INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL DEFAULT 0,
    ahead TEXT NOT NULL DEFAULT '[]'
  );
  INSERT INTO state (id) VALUES (1);
  PRAGMA user_version = ${FORMAT};
`;

/** The highest offset ever given, 0 before the first. */
export const LAST_OFFSET =
  'SELECT max(last_offset, (SELECT coalesce(max(offset), 0) FROM records)) AS last_offset FROM state';

/** Of a record. Of large ones SQLite reads no more than their row for it. */
export const TEXT_BYTES = "octet_length(coalesce(key, '')) + octet_length(headers) + octet_length(value)";

/** Throws `store_incompatible` where the file does not have the tables above. */
export function checkFormat(database: DatabaseSync, file: string): void {
  const format = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (format === FORMAT) return;
  const what =
    format === 0
      ? `${file} is empty, or was made by another program`
      : `${file} has format ${format}, made ${format > FORMAT ? 'by a newer hubcast' : 'before the first release of hubcast'}`;
  const fix = format > FORMAT ? 'Run the version that wrote it' : 'Move the file away with its -wal and -shm';
  throw new HubcastError(
    'store_incompatible',
    `${what}; this hubcast reads and writes format ${FORMAT} only, and leaves the file as it is. ${fix}, or set DATA_DIR to another folder.`,
  );
}
