/** Bounds and clean-ups of the journal's parts, each without a service around it. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { createCheckpoints } from '../../../src/stores/journal/checkpoints.ts';
import { openDedupeIds } from '../../../src/stores/journal/dedupe-ids.ts';
import { createExpiry } from '../../../src/stores/journal/expiry.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { openDatabase } from '../../../src/stores/journal/open-database.ts';
import { openRecordRows } from '../../../src/stores/journal/record-rows.ts';
import { TABLES } from '../../../src/stores/journal/schema.ts';
import { makeRecord } from '../make-record.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const MIB = 1024 * 1024;
const NOW_MS = Date.UTC(2026, 10, 1);
const folder = mkdtempSync(join(tmpdir(), 'hubcast-parts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function openMemory(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(TABLES);
  return database;
}

/** A row as large as its value. */
function insertRow(database: DatabaseSync, { timestampMs, bytes }: { timestampMs: number; bytes: number }): void {
  database
    .prepare(`INSERT INTO records (topic_id, timestamp_ms, checksum, headers, value) VALUES (1, ?, 0, '', ?)`)
    .run(timestampMs, 'x'.repeat(bytes));
}

const idOf = (first: number, second = 0) => {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt8(first, 0);
  bytes.writeUInt32BE(second, 8);
  return { bytes, text: bytes.toString('latin1') };
};

describe('after a transaction that was rolled back', () => {
  it('offsets go on where the file is', () => {
    const database = openMemory();
    const rows = openRecordRows(database, openDedupeIds(database));
    insertRow(database, { timestampMs: NOW_MS, bytes: 1 });
    expect(rows.lastOffset()).toBe(1);
    database.exec('BEGIN');
    insertRow(database, { timestampMs: NOW_MS, bytes: 1 });
    rows.forget();
    expect(rows.lastOffset()).toBe(2);
    database.exec('ROLLBACK');
    rows.forget();
    expect(rows.lastOffset()).toBe(1);
    database.close();
  });

  it('ids go into the table that is still there', () => {
    const database = openMemory();
    const ids = openDedupeIds(database, { maxIds: 300 });
    const keep = (from: number, count: number) =>
      ids.keep(
        Array.from({ length: count }, (_, n) => ({ id: idOf(1, from + n).bytes, atMs: NOW_MS })),
        NOW_MS,
      );
    database.exec('BEGIN');
    keep(0, 120);
    database.exec('COMMIT');
    ids.settle(true);
    // The first table is full: these begin a second one, which goes with the transaction.
    database.exec('BEGIN');
    keep(1000, 1);
    database.exec('ROLLBACK');
    ids.settle(false);
    database.exec('BEGIN');
    keep(2000, 1);
    database.exec('COMMIT');
    ids.settle(true);
    expect([
      ids.isKnown(idOf(1, 0), NOW_MS),
      ids.isKnown(idOf(1, 1000), NOW_MS),
      ids.isKnown(idOf(1, 2000), NOW_MS),
    ]).toEqual([true, false, true]);
    database.close();
  });
});

it('ids count as kept only up to the part that has waited longest', () => {
  const database = openMemory();
  const ids = openDedupeIds(database, { maxWaiting: 64 });
  for (let part = 0; part < 64; part += 1) for (let n = 0; n < 2; n += 1) ids.add(idOf(part << 2, n), NOW_MS);
  ids.settle(true);
  expect(ids.isDue()).toBe(true);
  const moveSome = (all: boolean) => {
    database.exec('BEGIN');
    ids.move(NOW_MS, 128, all);
    database.exec('COMMIT');
    ids.settle(true);
  };
  moveSome(false);
  expect(ids.keptUpTo()).toBe(0);
  moveSome(true);
  expect(ids.keptUpTo()).toBe(128);
  database.close();
});

it('old records are removed by no more than 4 MiB and one record at once', () => {
  const database = openMemory();
  for (let n = 0; n < 12; n += 1) insertRow(database, { timestampMs: NOW_MS, bytes: MIB });
  const expire = createExpiry(database, openRecordRows(database, openDedupeIds(database)));
  const chunks = [1, 2, 3].map(() => expire(NOW_MS + 2, NOW_MS + 1));
  expect(chunks.map(({ records, more }) => ({ records, more }))).toEqual([
    { records: 4, more: true },
    { records: 4, more: true },
    { records: 4, more: false },
  ]);
  database.close();
});

describe('the write-ahead log', () => {
  const openFile = (name: string) =>
    openDatabase({ file: join(folder, name), maxBytes: 1024 * MIB, owner: 'test', first: true } as Parameters<
      typeof openDatabase
    >[0]);
  const write = (database: DatabaseSync, mebibytes: number) => {
    for (let n = 0; n < mebibytes; n += 1) insertRow(database, { timestampMs: NOW_MS, bytes: MIB });
  };
  const walBytes = (name: string) => statSync(join(folder, `${name}-wal`)).size;

  it('gives back what is beyond 16 MiB once it starts anew', () => {
    const database = openFile('limit.db');
    write(database, 24);
    expect(walBytes('limit.db')).toBeGreaterThan(24 * MIB);
    database.exec('PRAGMA wal_checkpoint(RESTART)');
    write(database, 1);
    expect(walBytes('limit.db')).toBeLessThanOrEqual(16 * MIB);
    database.close();
  });

  it('that a reader made long starts anew as soon as the reader has gone', () => {
    const database = openFile('long.db');
    write(database, 1);
    const reader = new DatabaseSync(join(folder, 'long.db'), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM records').get();
    const checkpoints = createCheckpoints(database);
    write(database, 66);
    checkpoints.written(66 * MIB);
    expect([checkpoints.runIfDue(), checkpoints.heldBack()]).toEqual([true, true]);
    reader.close();
    expect(checkpoints.runIfDue()).toBe(false);
    checkpoints.written(4 * MIB);
    expect([checkpoints.runIfDue(), checkpoints.heldBack()]).toEqual([true, false]);
    expect(walBytes('long.db')).toBe(0);
    database.close();
  });
});

it('a backup whose name was taken meanwhile leaves nothing beside it', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t')]);
    const target = join(folder, 'taken.db');
    await journal.close();
    const copying = backupJournal(journalFile(dataDir), target, () => undefined);
    // Its own name was free until now.
    writeFileSync(target, 'another file');
    await expect(copying).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('exists already') });
    expect(existsSync(`${target}.partial`)).toBe(false);
  });
});
