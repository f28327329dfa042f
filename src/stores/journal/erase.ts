/**
 * Removes single records from a journal whose owner is stopped, so that their bytes are gone from its files: SQLite by
 * itself leaves what was deleted in free pages and in the write-ahead log.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { HubcastError } from '../../core/errors.ts';
import type { StoredRecord } from '../../records/record.ts';
import { keepFrames, openBatch } from './batch-format.ts';
import { openBatchTable } from './batch-table.ts';
import { journalFile } from './files.ts';
import { takeOwnerLock } from './owner-lock.ts';
import { checkSchema, schemaVersion } from './schema.ts';
import { toJournalError } from './sqlite-error.ts';

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

interface Counting {
  lookedAt: number;
  readonly byTopic: Record<string, number>;
}

/** Batches in one transaction. */
const CHUNK_BATCHES = 64;
const BUSY_TIMEOUT_MS = 2000;
const FORMAT_WITH_PARKED = 2;

/** @throws HubcastError `store_locked` while a service owns the journal, `usage` where there is none */
export function eraseFromJournal({ dataDir, matches, dryRun }: EraseOptions): Erased {
  const file = journalFile(dataDir);
  if (!existsSync(file))
    throw new HubcastError('usage', `There is no journal in ${dataDir}. Set DATA_DIR to its folder.`);
  const lock = dryRun ? null : takeOwnerLock(dataDir);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: dryRun, timeout: BUSY_TIMEOUT_MS });
    checkSchema(database, file);
    if (schemaVersion(database) === 0) return { lookedAt: 0, byTopic: {} };
    if (!dryRun) database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    const erased = walk(database, matches, dryRun);
    if (schemaVersion(database) >= FORMAT_WITH_PARKED) walkParked(database, matches, dryRun, erased);
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

function walk(database: DatabaseSync, matches: EraseOptions['matches'], dryRun: boolean): Counting {
  const page = database.prepare(
    `SELECT last_offset, first_offset, content FROM batches WHERE last_offset > ? ORDER BY last_offset LIMIT ${CHUNK_BATCHES}`,
  );
  const batches = dryRun ? null : openBatchTable(database);
  const byTopic: Record<string, number> = {};
  let lookedAt = 0;
  let after = 0;
  while (true) {
    const rows = page.all(after);
    if (rows.length === 0) return { lookedAt, byTopic };
    if (!dryRun) database.exec('BEGIN IMMEDIATE');
    for (const row of rows) {
      after = Number(row.last_offset);
      const content = row.content as Uint8Array;
      const batch = openBatch(content);
      const gone = new Set<number>();
      for (const frame of batch.frames) {
        lookedAt += 1;
        if (!matches(batch.record(frame, Number(row.first_offset)))) continue;
        gone.add(frame);
        const topic = batch.topic(frame);
        byTopic[topic] = (byTopic[topic] ?? 0) + 1;
      }
      if (batches === null || gone.size === 0) continue;
      const kept = keepFrames(content, (frame) => !gone.has(frame));
      if (kept === undefined) batches.remove(after);
      else batches.replace(after, kept);
    }
    if (!dryRun) database.exec('COMMIT');
  }
}

/** What Kafka refused for good is in a table of its own, each record as a batch of one. */
function walkParked(
  database: DatabaseSync,
  matches: EraseOptions['matches'],
  dryRun: boolean,
  counting: Counting,
): void {
  const remove = database.prepare('DELETE FROM parked WHERE record_offset = ?');
  for (const row of database.prepare('SELECT record_offset, first_offset, content FROM parked').all()) {
    const batch = openBatch(row.content as Uint8Array);
    for (const frame of batch.frames) {
      counting.lookedAt += 1;
      if (!matches(batch.record(frame, Number(row.first_offset)))) continue;
      const topic = batch.topic(frame);
      counting.byTopic[topic] = (counting.byTopic[topic] ?? 0) + 1;
      if (!dryRun) remove.run(row.record_offset as number);
    }
  }
}
