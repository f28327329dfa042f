import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from '@jest/globals';
import { createSpaceGuard } from '../../../src/stores/journal/disk-space.ts';
import { openDatabase } from '../../../src/stores/journal/open-database.ts';
import { withDataDir } from './support/scratch.ts';

const MIB = 1024 * 1024;
const settings = { maxBytes: MIB, maxIdBytes: null, reserveBytes: 200_000, boundedBy: 'SPOOL_MAX_BYTES' };

it('a thread that starts again opens the file of its own process, and no other', async () => {
  await withDataDir(async (dataDir) => {
    const file = join(dataDir, 'journal.db');
    const open = (owner: string, first: boolean) => openDatabase({ ...settings, file, owner, first }).close();
    open('one', true);
    open('one', false);
    open('two', true);
    expect(() => open('one', false)).toThrow('belongs to another hubcast now');
  });
});

it('a write that would take the reserve is refused before it is begun', () => {
  const database = new DatabaseSync(':memory:');
  database.exec(`PRAGMA max_page_count = ${MIB / 4096}; CREATE TABLE t (a)`);
  const guard = createSpaceGuard(database, {
    ...settings,
    file: join(import.meta.dirname, 'none'),
    owner: 'one',
    first: true,
  });
  expect(() => guard.claim(100_000)).not.toThrow();
  expect(() => guard.claim(MIB - 50_000)).toThrow('has reached its bound');
  database.close();
});
