// Run as a process of its own by migrations.test.ts: a file of version 1, and a step to version 2 that takes for ever.
import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrate } from '../../../../src/stores/journal/migrations.ts';

const database = new DatabaseSync(String(process.argv[2]));
database.exec('PRAGMA journal_mode = WAL; PRAGMA cache_size = 10');
migrate(database, 0, ['CREATE TABLE one (a); INSERT INTO one VALUES (1)']);
database.function('say', () => writeSync(1, 'begun\n'));
const forever = `CREATE TABLE two (a); INSERT INTO two SELECT randomblob(4000) FROM
  (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n);
  UPDATE one SET a = 2; SELECT say();
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n;`;
migrate(database, 1, ['', forever]);
