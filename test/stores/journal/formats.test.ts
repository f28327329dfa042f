import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { checkJournal, countWaiting, holdsUnforwarded } from '../../../src/stores/journal/check.ts';
import { eraseFromJournal } from '../../../src/stores/journal/erase.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { makeRecord } from '../make-record.ts';
import { makeScratchDir, openTestJournal, removeScratchDir, withDataDir } from './support/scratch.ts';

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

const whole = makeScratchDir();
beforeAll(async () => {
  const journal = await openTestJournal(whole);
  for (let n = 0; n < 20; n += 1) await journal.append([makeRecord('t', { value: 'x'.repeat(5_000) })]);
  await journal.close();
});
afterAll(() => removeScratchDir(whole));

function copyJournal(dataDir: string): string {
  copyFileSync(journalFile(whole), journalFile(dataDir));
  return journalFile(dataDir);
}

/** How each kind of file is made, the code it is refused with, and words of the message. */
const KINDS: readonly [string, (dataDir: string) => void, string, readonly string[]][] = [
  [
    'of a format from before the first release',
    (dataDir) => {
      const packed = readFileSync(new URL('../../fixtures/journal/format-1.db.gz', import.meta.url));
      writeFileSync(journalFile(dataDir), gunzipSync(packed));
    },
    'store_incompatible',
    ['has format 1, made before the first release of hubcast', 'reads and writes format 3', 'Move the file away'],
  ],
  [
    'of a newer version',
    (dataDir) => {
      const database = new DatabaseSync(copyJournal(dataDir));
      database.exec('PRAGMA user_version = 99');
      database.close();
    },
    'store_incompatible',
    ['has format 99, made by a newer hubcast', 'reads and writes format 3', 'Run the version that wrote it'],
  ],
  [
    'that was cut short',
    (dataDir) => truncateSync(copyJournal(dataDir), 40_960),
    'store_unavailable',
    ['The file is damaged', 'hubcast journal restore'],
  ],
  [
    'that was cut in its first page',
    (dataDir) => truncateSync(copyJournal(dataDir), 1_000),
    'store_unavailable',
    ['The file is damaged', 'hubcast journal restore'],
  ],
  [
    'that is empty',
    (dataDir) => truncateSync(copyJournal(dataDir), 0),
    'store_incompatible',
    ['is empty, or was made by another program', 'Move the file away'],
  ],
  [
    'that is no database',
    (dataDir) => writeFileSync(journalFile(dataDir), 'x'.repeat(10_000)),
    'store_unavailable',
    ['The file is damaged', 'hubcast journal restore'],
  ],
];

describe.each(KINDS)('a file %s', (_kind, make, code, words) => {
  const commands: readonly [string, (dataDir: string) => unknown][] = [
    ['serve', (dataDir) => openTestJournal(dataDir)],
    ['events', (dataDir) => readJournal(dataDir).topics()],
    ['check', (dataDir) => checkJournal(journalFile(dataDir))],
    ['forward', (dataDir) => countWaiting(journalFile(dataDir))],
    ['the warning of events left behind', (dataDir) => holdsUnforwarded(journalFile(dataDir))],
    ['backup', (dataDir) => backupJournal(journalFile(dataDir), `${dataDir}/copy.db`, () => undefined)],
    ['erase', (dataDir) => eraseFromJournal({ dataDir, matches: () => true, dryRun: false })],
  ];

  it.each(commands)('is refused by %s with a sentence, and left as it is', async (_name, run) => {
    await withDataDir(async (dataDir) => {
      make(dataDir);
      const before = digest(journalFile(dataDir));
      // Twice: a refusal lets go of the lock.
      for (const _time of [1, 2]) {
        const refused = expect((async () => run(dataDir))()).rejects;
        await refused.toMatchObject({ code });
      }
      const message = await (async () => run(dataDir))().catch((error: Error) => error.message);
      for (const part of [journalFile(dataDir), ...words]) expect(message).toContain(part);
      expect(digest(journalFile(dataDir))).toBe(before);
      expect(existsSync(`${dataDir}/copy.db`)).toBe(false);
    });
  });
});

it('makes a new file whole or not at all, and takes nothing of what a crash left of it', async () => {
  await withDataDir(async (dataDir) => {
    writeFileSync(`${journalFile(dataDir)}.new`, 'left of a start that was killed');
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t')]);
    await journal.close();
    expect(readdirSync(dataDir).sort()).toEqual(['journal.db', 'owner.lock']);
    expect(checkJournal(journalFile(dataDir))).toMatchObject({ records: 1, problems: [] });
  });
});

it('refuses to start a new journal beside the log of one that is missing', async () => {
  await withDataDir(async (dataDir) => {
    writeFileSync(`${journalFile(dataDir)}-wal`, 'events that were not moved into the file yet');
    await expect(openTestJournal(dataDir)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('journal.db is missing'),
    });
    expect(readFileSync(`${journalFile(dataDir)}-wal`, 'utf8')).toContain('events');
  });
});
