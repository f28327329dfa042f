import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createLog } from '../../../src/core/log.ts';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { journalFile, makePrivateFile } from '../../../src/stores/journal/files.ts';
import { restoreJournal } from '../../../src/stores/journal/restore.ts';
import { makeRecord } from '../make-record.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

let umask: number;
beforeEach(() => {
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
});

const modesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, (statSync(join(folder, name)).mode & 0o777).toString(8)]),
  );

it('makes all files for their owner alone, in a folder and with a umask that let everybody in', async () => {
  await withDataDir(async (folder) => {
    const dataDir = join(folder, 'open');
    mkdirSync(dataDir, { mode: 0o777 });
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t')]);
    await backupJournal(journalFile(dataDir), join(dataDir, 'copy.db'), () => undefined);
    const all = ['copy.db', 'journal.db', 'journal.db-shm', 'journal.db-wal', 'owner.lock'];
    expect(modesOf(dataDir)).toEqual(Object.fromEntries(all.map((name) => [name, '600'])));
    await journal.close();
    await restoreJournal(dataDir, join(dataDir, 'copy.db'));
    expect(modesOf(dataDir)).toMatchObject({ 'journal.db': '600', 'owner.lock': '600' });
  });
}, 30_000);

it('makes a file that its owner can use, whatever the umask takes away', async () => {
  await withDataDir(async (folder) => {
    process.umask(0o777);
    makePrivateFile(join(folder, 'file'));
    expect(modesOf(folder)).toEqual({ file: '600' });
  });
});

it('takes the rights of others from files that were there before, with one line', async () => {
  await withDataDir(async (dataDir) => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    await (await openTestJournal(dataDir, { log })).close();
    expect(lines).toEqual([]);
    for (const name of readdirSync(dataDir)) chmodSync(join(dataDir, name), 0o664);
    const journal = await openTestJournal(dataDir, { log });
    expect(new Set(Object.values(modesOf(dataDir)))).toEqual(new Set(['600']));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', files: [join(dataDir, 'owner.lock'), journalFile(dataDir)] },
    ]);
    await journal.close();
  });
});
