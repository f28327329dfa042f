import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MESSAGES_PER_WRITE, serveWrites, VALUE_CHARACTERS } from './write-for.ts';

// node:sqlite by itself: WAL, every transaction synced, rows as large as our records, a thousand in a transaction.
const { DATA_DIR = '.' } = process.env;
mkdirSync(DATA_DIR, { recursive: true });
const database = new DatabaseSync(join(DATA_DIR, 'floor.db'));
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE rows (position INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL) STRICT`);
const insert = database.prepare('INSERT INTO rows (key, value) VALUES (?, ?)');
let written = 0;

await serveWrites(() => {
  database.exec('BEGIN');
  for (let row = 0; row < MESSAGES_PER_WRITE; row += 1) {
    written += 1;
    insert.run(`106540352240000:${written % 9973}`, `{"n":"${String(written).padStart(VALUE_CHARACTERS, ' ')}"}`);
  }
  database.exec('COMMIT');
});
