/**
 * Removes single records from a journal whose owner is stopped, so that their bytes are gone from its files: SQLite by
 * itself leaves what was deleted in free pages and in the write-ahead log.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';
import type { StoredRecord } from '../../records/record.ts';
import { openDedupeIds } from './dedupe-ids.ts';
import { journalFile } from './files.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { toStoredRecord } from './read-journal.ts';
import { openRecordRows, type RecordRows } from './record-rows.ts';
import { toJournalError } from './sqlite-error.ts';
import { assertSound } from './start-check.ts';

export interface EraseOptions {
  readonly dataDir: string;
  readonly matches: (record: StoredRecord) => boolean;
  /** Counts, and removes nothing; the owner may run meanwhile. */
  readonly dryRun: boolean;
}

export interface Erased {
  readonly lookedAt: number;
  /** Records that matched, by topic. */
  readonly byTopic: Readonly<Record<string, number>>;
}

/** Rows in one transaction. */
const CHUNK_ROWS = 64;
const BUSY_TIMEOUT_MS = 2000;

/** @throws HubcastError `store_locked` while a service owns the journal, `usage` where there is none */
export function eraseFromJournal({ dataDir, matches, dryRun }: EraseOptions): Erased {
  const file = journalFile(dataDir);
  if (!existsSync(file))
    throw new HubcastError('usage', `There is no journal in ${dataDir}. Set DATA_DIR to its folder.`);
  const lock = dryRun ? null : takeOwnerLock(dataDir);
  let database: DatabaseSync | undefined;
  try {
    assertSound(file);
    database = new DatabaseSync(file, { readOnly: dryRun, timeout: BUSY_TIMEOUT_MS });
    if (!dryRun) database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    const rows = dryRun ? null : openRecordRows(database, openDedupeIds(database));
    const erased = { lookedAt: 0, byTopic: {} };
    walk(database, 'records', matches, erased, rows);
    // What Kafka refused for good is in a table of its own.
    walk(database, 'parked', matches, erased, rows);
    // Also where nothing matched: an erasure that was interrupted may have left its bytes behind.
    if (!dryRun) database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    return erased;
  } catch (error) {
    throw toJournalError(error, file);
  } finally {
    database?.close();
    lock?.release();
  }
}

/** @param rows null: nothing is removed */
function walk(
  database: DatabaseSync,
  table: 'records' | 'parked',
  matches: EraseOptions['matches'],
  erased: { lookedAt: number; readonly byTopic: Record<string, number> },
  rows: RecordRows | null,
): void {
  const page = database.prepare(`
    SELECT offset, name, timestamp_ms, key, headers, value FROM ${table} JOIN topics ON topics.id = topic_id
    WHERE offset > ? ORDER BY offset LIMIT ${CHUNK_ROWS}`);
  const unpark = database.prepare('DELETE FROM parked WHERE offset = ?');
  const remove = (offset: number) => (table === 'parked' ? unpark.run(offset) : rows?.remove(offset, Date.now()));
  for (let after = 0, found = page.all(after); found.length > 0; found = page.all(after)) {
    if (rows !== null) database.exec('BEGIN IMMEDIATE');
    for (const row of found) {
      after = Number(row.offset);
      erased.lookedAt += 1;
      const record = toStoredRecord(after, row);
      if (!matches(record)) continue;
      erased.byTopic[record.topic] = (erased.byTopic[record.topic] ?? 0) + 1;
      if (rows !== null) remove(after);
    }
    if (rows !== null) database.exec('COMMIT');
  }
}
