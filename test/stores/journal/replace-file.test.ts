/** A restore that is killed at each of its steps: the next start finds the old journal whole, with its log, or the copy. */
import { copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { filesOf, journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { restoreJournal } from '../../../src/stores/journal/restore.ts';
import { makeRecord } from '../make-record.ts';
import { readAll, valuesOf } from '../read-all.ts';
import { makeScratchDir, openTestJournal, removeScratchDir, withDataDir } from './support/scratch.ts';

/** A folder as a killed service leaves it: the second record is in the log alone. A copy with the first lies beside. */
async function leftByAKill(dataDir: string): Promise<string> {
  const living = makeScratchDir();
  const journal = await openTestJournal(living);
  await journal.append([makeRecord('t', { value: 'first' })]);
  const copy = join(dataDir, 'copy.db');
  await backupJournal(journalFile(living), copy, () => undefined);
  await journal.append([makeRecord('t', { value: 'second' })]);
  const [main, log] = filesOf(journalFile(living));
  copyFileSync(main, journalFile(dataDir));
  copyFileSync(log, `${journalFile(dataDir)}-wal`);
  await journal.close();
  removeScratchDir(living);
  return copy;
}

async function startAndRead(dataDir: string): Promise<string[]> {
  await (await openTestJournal(dataDir)).close();
  expect(readdirSync(dataDir).sort()).toEqual(['copy.db', 'journal.db', 'owner.lock']);
  const reader = readJournal(dataDir);
  const values = valuesOf(await readAll(reader.read, 't'));
  reader.close();
  return values;
}

it.each<[string, (file: string, copy: string) => void, string[]]>([
  ['while the copy is written', (file, copy) => copyFileSync(copy, `${file}.restoring`), ['first', 'second']],
  [
    'when the log is aside',
    (file, copy) => {
      copyFileSync(copy, `${file}.restoring`);
      renameSync(`${file}-wal`, `${file}-wal.replaced`);
    },
    ['first', 'second'],
  ],
  [
    'when the copy has taken the place',
    (file, copy) => {
      renameSync(`${file}-wal`, `${file}-wal.replaced`);
      copyFileSync(copy, file);
    },
    ['first'],
  ],
])('killed %s', async (_when, kill, values) => {
  await withDataDir(async (dataDir) => {
    const copy = await leftByAKill(dataDir);
    kill(journalFile(dataDir), copy);
    expect(await startAndRead(dataDir)).toEqual(values);
  });
  // And where another restore comes before the next start.
  await withDataDir(async (dataDir) => {
    const copy = await leftByAKill(dataDir);
    kill(journalFile(dataDir), copy);
    await restoreJournal(dataDir, copy);
    expect(existsSync(`${journalFile(dataDir)}-wal.replaced`)).toBe(false);
    expect(await startAndRead(dataDir)).toEqual(['first']);
  });
});
