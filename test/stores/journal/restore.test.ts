import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { checkJournal } from '../../../src/stores/journal/check.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { restoreJournal } from '../../../src/stores/journal/restore.ts';
import { makeRecord } from '../make-record.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const SCRIPT = fileURLToPath(new URL('./support/append-forever.ts', import.meta.url));
const quiet = () => undefined;

/** A process that appends to the journal until it is killed in the middle of a write. */
async function appendUntilKilled(dataDir: string, lines: number, whileRunning = async () => {}): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [SCRIPT, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no stdout');
  const exited = once(child, 'exit');
  let seen = 0;
  const enough = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk) => {
    seen += String(chunk).split('\n').length - 1;
    if (seen >= lines) enough.resolve();
  });
  await enough.promise;
  await whileRunning();
  child.kill('SIGKILL');
  await exited;
}

it('restores a copy after kill -9, and nothing of the old log comes into it', async () => {
  await withDataDir(async (dataDir) => {
    const file = journalFile(dataDir);
    const copy = join(dataDir, 'copy.db');
    await appendUntilKilled(dataDir, 2_000, async () => void (await backupJournal(file, copy, quiet)));
    await appendUntilKilled(dataDir, 3_000);
    expect(existsSync(`${file}-wal`)).toBe(true);
    const { records } = checkJournal(copy);
    expect(await restoreJournal(dataDir, copy)).toMatchObject({ file, records, problems: [] });
    expect(existsSync(`${file}-wal`)).toBe(false);
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t')]);
    await journal.close();
    expect(checkJournal(file)).toMatchObject({ records: records + 1, problems: [] });
    expect(existsSync(`${file}.restoring`)).toBe(false);
  });
}, 60_000);

it('restores into a folder that does not exist yet', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t')]);
    const copy = join(dataDir, 'copy.db');
    await backupJournal(journalFile(dataDir), copy, quiet);
    await journal.close();
    const other = join(dataDir, 'other');
    expect(await restoreJournal(other, copy)).toMatchObject({ records: 1, problems: [] });
    await (await openTestJournal(other)).close();
  });
});

it('never starts on what a copy and the log of another file make together', async () => {
  await withDataDir(async (dataDir) => {
    const file = journalFile(dataDir);
    let refused = 0;
    for (const lines of [1_500, 25_000, 45_000]) {
      const copy = join(dataDir, `copy-${lines}.db`);
      await appendUntilKilled(dataDir, lines / 2, async () => void (await backupJournal(file, copy, quiet)));
      await appendUntilKilled(dataDir, lines);
      copyFileSync(copy, file);
      const started = await openTestJournal(dataDir).then(
        async (journal) => {
          await journal.close();
          return true;
        },
        (error: Error) => {
          expect(error.message).toMatch(/is damaged .*not left by this file.*hubcast journal restore <backup>/);
          return false;
        },
      );
      if (started) expect(checkJournal(file).problems).toEqual([]);
      else refused += 1;
      await restoreJournal(dataDir, copy);
    }
    expect(refused).toBeGreaterThan(0);
  });
}, 120_000);

it('starts at once on the log that a killed process left', async () => {
  await withDataDir(async (dataDir) => {
    await appendUntilKilled(dataDir, 500);
    const { records } = checkJournal(journalFile(dataDir));
    expect(records).toBeGreaterThan(0);
    const journal = await openTestJournal(dataDir);
    await journal.close();
    expect(checkJournal(journalFile(dataDir)).records).toBe(records);
  });
}, 60_000);

function replaceByFolder(copy: string): void {
  rmSync(copy);
  mkdirSync(copy);
}

it.each([
  ['that is damaged', (copy: string) => truncateSync(copy, 20_480), 'damaged'],
  ['that is a folder', replaceByFolder, 'is no file'],
  ['that does not exist', (copy: string) => rmSync(copy), 'does not exist'],
  ['that is no journal', (copy: string) => writeFileSync(copy, 'x'.repeat(9_000)), 'damaged'],
])('refuses a copy %s, and leaves the journal as it is', async (_what, spoil, words) => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    for (let n = 0; n < 20; n += 1) await journal.append([makeRecord('t', { value: 'x'.repeat(3_000) })]);
    const copy = join(dataDir, 'copy.db');
    await backupJournal(journalFile(dataDir), copy, quiet);
    await journal.close();
    const before = readFileSync(journalFile(dataDir));
    spoil(copy);
    await expect(restoreJournal(dataDir, copy)).rejects.toThrow(words);
    expect(readFileSync(journalFile(dataDir)).equals(before)).toBe(true);
    expect(existsSync(`${journalFile(dataDir)}.restoring`)).toBe(false);
  });
});

it('refuses while a service owns the journal, and to restore the journal from itself', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const copy = join(dataDir, 'copy.db');
    await backupJournal(journalFile(dataDir), copy, quiet);
    await expect(restoreJournal(dataDir, copy)).rejects.toMatchObject({ code: 'store_locked' });
    await journal.append([makeRecord('t')]);
    await journal.close();
    await expect(restoreJournal(dataDir, journalFile(dataDir))).rejects.toThrow('the journal itself');
    expect(checkJournal(journalFile(dataDir))).toMatchObject({ records: 1, problems: [] });
  });
});

it('takes nothing more once damage was found, and the next start names the way out', async () => {
  await withDataDir(async (dataDir) => {
    const file = journalFile(dataDir);
    const clock = { ms: Date.now() };
    const options = { now: () => clock.ms };
    const first = await openTestJournal(dataDir, options);
    await first.append([makeRecord('t')]);
    const copy = join(dataDir, 'copy.db');
    await backupJournal(file, copy, quiet);
    await first.close();
    const database = new DatabaseSync(file);
    const { rootpage } =
      database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'records_by_time'").get() ?? {};
    database.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * (Number(rootpage) - 1), 4096 * Number(rootpage));
    writeFileSync(file, bytes);

    const journal = await openTestJournal(dataDir, options);
    await expect(journal.append([makeRecord('t')])).rejects.toThrow('hubcast journal restore');
    clock.ms += 1_000;
    expect(await journal.readiness()).toMatchObject({ ready: false, reason: expect.stringContaining('damaged') });
    await expect(journal.append([makeRecord('t')])).rejects.toThrow('damaged');
    await journal.close();

    await expect(openTestJournal(dataDir)).rejects.toThrow('hubcast journal restore');
    await restoreJournal(dataDir, copy);
    const again = await openTestJournal(dataDir);
    await again.append([makeRecord('t')]);
    await again.close();
    expect(checkJournal(file)).toMatchObject({ records: 2, problems: [] });
  });
});
