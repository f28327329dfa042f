import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { createLog } from '../../../src/core/log.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { migrate, SCHEMA_VERSION } from '../../../src/stores/journal/migrations.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { schemaVersion } from '../../../src/stores/journal/schema.ts';
import { makeRecord } from '../make-record.ts';
import { readAll } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const SCRIPT = fileURLToPath(new URL('./support/migrate-slowly.ts', import.meta.url));
const HUNDRED_YEARS_HOURS = 24 * 365 * 100;

/** As the hubcast that made this format left it: 12 records in two topics, ids 1 to 12. */
function putVersion1(dataDir: string): void {
  const packed = readFileSync(new URL('../../fixtures/journal/version-1.db.gz', import.meta.url));
  writeFileSync(journalFile(dataDir), gunzipSync(packed));
}

const tablesOf = (database: DatabaseSync) =>
  database
    .prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name')
    .all()
    .map((row) => ({ ...row }));

it('reads a journal of version 1 as it is', async () => {
  await withDataDir(async (dataDir) => {
    putVersion1(dataDir);
    const reader = readJournal(dataDir);
    expect(await readAll(reader.read, 'whatsapp.messages')).toHaveLength(8);
    reader.close();
  });
});

it('migrates a journal of version 1 at the start: records, offsets and remembered ids stay', async () => {
  await withDataDir(async (dataDir) => {
    putVersion1(dataDir);
    const reader = readJournal(dataDir);
    const before = await readAll(reader.read, 'whatsapp.messages');
    const nowMs = Date.UTC(2026, 10, 22, 11);
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const journal = await openTestJournal(dataDir, { retentionHours: HUNDRED_YEARS_HOURS, now: () => nowMs, log });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'journal migrated', from: 1, to: SCHEMA_VERSION },
    ]);
    expect(await readAll(reader.read, 'whatsapp.messages')).toEqual(before);
    expect(before.map(({ offset }) => Number(offset))).toEqual([1, 2, 4, 5, 7, 8, 10, 11]);
    expect(before[0]).toMatchObject({ key: 'key-1', value: expect.stringContaining('Zoë 😀') });

    await journal.append([makeRecord('whatsapp.messages', { id: '5'.padStart(32, '0') })]);
    expect(journal.counts()).toMatchObject({ stored: 0, repeated: 1 });
    await journal.append([makeRecord('whatsapp.messages')]);
    const after = await readAll(reader.read, 'whatsapp.messages');
    expect(Number(after.at(-1)?.offset)).toBeGreaterThan(12);
    expect(await journal.forwarding.backlog()).toMatchObject({ position: 0, records: 13, parked: 0 });
    reader.close();
    await journal.close();
    const database = new DatabaseSync(journalFile(dataDir), { readOnly: true });
    expect(schemaVersion(database)).toBe(SCHEMA_VERSION);
    database.close();
  });
});

it('gives a migrated file the tables of a new one', async () => {
  await withDataDir(async (dataDir) => {
    putVersion1(dataDir);
    const old = new DatabaseSync(journalFile(dataDir));
    migrate(old, schemaVersion(old));
    const fresh = new DatabaseSync(':memory:');
    migrate(fresh, 0);
    expect(tablesOf(old)).toEqual(tablesOf(fresh));
    old.close();
    fresh.close();
  });
});

it('takes all steps or none: a step that fails leaves the file as it was', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database, 0, ['CREATE TABLE one (a)']);
  const steps = ['CREATE TABLE one (a)', 'CREATE TABLE two (a)', 'CREATE TABLE two (a)'];
  expect(() => migrate(database, 1, steps)).toThrow('two already exists');
  expect(schemaVersion(database)).toBe(1);
  expect(tablesOf(database).map(({ name }) => name)).toEqual(['one']);
  migrate(database, 1, steps.slice(0, 2));
  expect(schemaVersion(database)).toBe(2);
  database.close();
});

it('survives kill -9 in the middle of a migration', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-migration-'));
  const file = join(folder, 'journal.db');
  try {
    const child = spawn(process.execPath, [SCRIPT, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const database = new DatabaseSync(file);
    expect(schemaVersion(database)).toBe(1);
    expect(tablesOf(database).map(({ name }) => name)).toEqual(['one']);
    expect(database.prepare('SELECT count(*) AS n FROM one').get()?.n).toBe(1);
    database.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
