/** Journals that are no longer, or never were, what hubcast wrote: damaged, cut short, newer, foreign. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { journalFile } from '../../../../src/stores/journal/files.ts';
import { makeRecord } from '../../make-record.ts';
import { openTestJournal } from './scratch.ts';

export const TOPIC = 'whatsapp.messages';
export const RECORDS = 200;
const PAGE_BYTES = 4096;

/** A journal of RECORDS records, some hundred pages, without a log. */
export async function makeWhole(dataDir: string): Promise<string> {
  const journal = await openTestJournal(dataDir);
  const value = 'x'.repeat(3_000);
  await journal.append(Array.from({ length: RECORDS }, () => makeRecord(TOPIC, { value })));
  await journal.close();
  return journalFile(dataDir);
}

function overwrite(file: string, from: number, to: number, byte: number): void {
  const bytes = readFileSync(file);
  bytes.fill(byte, from, to);
  writeFileSync(file, bytes);
}

function inDatabase<T>(file: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const firstPageOf = (table: string) => (file: string) => {
  const sql = 'SELECT rootpage FROM sqlite_schema WHERE name = ?';
  const page = Number(inDatabase(file, (database) => database.prepare(sql).get(table)?.rootpage));
  overwrite(file, PAGE_BYTES * (page - 1), PAGE_BYTES * page, 0xff);
};

/** Pages of records alone: opening and writing do not meet them. */
export const spoilMiddle = (file: string) => overwrite(file, 100 * PAGE_BYTES, 150 * PAGE_BYTES, 0xff);

export type Ill = 'damaged' | 'other';

/** What is done to a whole journal. `damaged`: SQLite's file is no longer sound; `other`: it is not this format's. */
export const SPOILED: readonly (readonly [what: string, ill: Ill, spoil: (file: string) => void])[] = [
  ['cut to its first bytes', 'damaged', (file) => truncateSync(file, 100)],
  ['cut to five pages', 'damaged', (file) => truncateSync(file, 5 * PAGE_BYTES)],
  ['cut in the middle of a page', 'damaged', (file) => truncateSync(file, 60 * PAGE_BYTES + 1234)],
  ['without its header', 'damaged', (file) => overwrite(file, 0, 16, 0)],
  ['without its schema', 'damaged', (file) => overwrite(file, 100, PAGE_BYTES, 0xff)],
  ['with bad pages in the middle', 'damaged', spoilMiddle],
  ['with a hole of zeros', 'damaged', (file) => overwrite(file, 100 * PAGE_BYTES, 150 * PAGE_BYTES, 0)],
  ['with a bad root of its records', 'damaged', firstPageOf('records')],
  ['with a bad list of topics', 'damaged', firstPageOf('topics')],
  ['with a bad index', 'damaged', firstPageOf('records_by_topic')],
  ['with a bad state', 'damaged', firstPageOf('state')],
  ['that is text', 'damaged', (file) => writeFileSync(file, 'no journal\n'.repeat(2_000))],
  ['that is empty', 'other', (file) => truncateSync(file, 0)],
  ['of a newer hubcast', 'other', (file) => inDatabase(file, (database) => database.exec('PRAGMA user_version = 999'))],
  ['of another program', 'other', makeForeign],
  ['that is a folder', 'other', makeFolder],
];

function makeForeign(file: string): void {
  rmSync(file);
  inDatabase(file, (database) => database.exec('CREATE TABLE notes (text); INSERT INTO notes VALUES (1)'));
}

function makeFolder(file: string): void {
  rmSync(file);
  mkdirSync(file);
}

/** A data folder whose journal is a spoiled copy of `whole`. */
export function spoiledCopy(whole: string, dataDir: string, spoil: (file: string) => void): string {
  mkdirSync(dataDir);
  const file = join(dataDir, 'journal.db');
  copyFileSync(whole, file);
  spoil(file);
  return file;
}
