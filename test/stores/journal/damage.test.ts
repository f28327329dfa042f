/** A damaged, truncated, newer or foreign file at all that opens one, and damage that is found while a service runs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { checkJournal, countWaiting } from '../../../src/stores/journal/check.ts';
import { checkDisk } from '../../../src/stores/journal/check-disk.ts';
import { markDamaged } from '../../../src/stores/journal/damage-mark.ts';
import { eraseFromJournal } from '../../../src/stores/journal/erase.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { restoreJournal } from '../../../src/stores/journal/restore.ts';
import type { Finding } from '../../../src/stores/store-notes.ts';
import { makeRecord } from '../make-record.ts';
import { readAll } from '../read-all.ts';
import { makeScratchDir, openTestJournal, removeScratchDir, withDataDir } from './support/scratch.ts';
import { makeWhole, RECORDS, SPOILED, spoiledCopy, spoilMiddle, TOPIC } from './support/spoiled.ts';

const quiet = () => undefined;
let folder = '';
let whole = '';
beforeAll(async () => {
  folder = makeScratchDir();
  whole = await makeWhole(join(folder, 'whole'));
});
afterAll(() => removeScratchDir(folder));

async function readEverything(dataDir: string): Promise<number> {
  const reader = readJournal(dataDir);
  try {
    return (await readAll(reader.read, TOPIC)).length;
  } finally {
    reader.close();
  }
}

/** What it says instead of an answer; fails on an error that is not for people. */
async function refusalOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof HubcastError && error.code !== 'internal') return error.message;
    throw error;
  }
}

async function doctorSays(dataDir: string): Promise<string[]> {
  const findings: Finding[] = [];
  const notes = { begin: quiet, report: (finding: Finding) => void findings.push(finding), skip: quiet };
  await checkDisk({ dataDir, maxBytes: 100_000_000, boundedBy: 'JOURNAL_MAX_BYTES' }, notes);
  return findings
    .map(({ code }) => code)
    .filter((code) => code.startsWith('journal_') && code !== 'journal_files_open');
}

const WAY_OUT = /hubcast journal restore|journal check|Take another copy/;
const SENTENCE = /^\S.* .*\.$/s;
let copies = 0;

describe.each(SPOILED)('a file %s', (_what, ill, spoil) => {
  let dataDir = '';
  let file = '';
  beforeAll(() => {
    copies += 1;
    dataDir = join(folder, String(copies));
    file = spoiledCopy(whole, dataDir, spoil);
  });

  it('is refused in words by check, backup, restore and doctor, and left as it is', async () => {
    const before = statSync(file).isFile() ? readFileSync(file) : null;
    const target = join(folder, 'copy.db');
    const other = join(folder, 'other');
    const refusals = {
      check: await refusalOf(() => {
        const { problems } = checkJournal(file);
        if (problems.length > 0) throw new HubcastError('usage', `${problems[0]} (hubcast journal check).`);
      }),
      backup: await refusalOf(() => backupJournal(file, target, quiet)),
      restore: await refusalOf(() => restoreJournal(other, file)),
    };
    for (const [command, refusal] of Object.entries(refusals)) {
      expect([command, refusal]).toEqual([command, expect.stringMatching(SENTENCE)]);
      if (ill === 'damaged') expect(refusal).toMatch(WAY_OUT);
    }
    expect(existsSync(target) || existsSync(`${target}.partial`) || existsSync(journalFile(other))).toBe(false);
    const matches = () => true;
    const readers = [
      () => readEverything(dataDir),
      () => countWaiting(file),
      () => eraseFromJournal({ dataDir, matches, dryRun: true }),
    ];
    // These may not meet the damage.
    for (const work of readers) {
      const said = await refusalOf(work);
      if (said !== undefined) expect(said).toMatch(SENTENCE);
    }
    expect(await doctorSays(dataDir)).toContain('journal_unusable');
    if (before !== null) expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('is never read or emptied as if it were whole', async () => {
    const other = `${dataDir}-erased`;
    spoiledCopy(whole, other, spoil);
    const erased = await refusalOf(() => eraseFromJournal({ dataDir: other, matches: () => true, dryRun: false }));
    expect(erased).toMatch(SENTENCE);
    const said = await refusalOf(async () => expect(await readEverything(dataDir)).toBe(RECORDS));
    if (said !== undefined) expect(said).toMatch(SENTENCE);
  });
});

it('takes nothing more once a reader met damage, and says so until another file is in its place', async () => {
  const dataDir = join(folder, 'running');
  const file = spoiledCopy(whole, dataDir, spoilMiddle);
  const clock = { ms: Date.now() };
  const journal = await openTestJournal(dataDir, { now: () => clock.ms });
  await journal.append([makeRecord(TOPIC)]);
  expect(await journal.readiness()).toMatchObject({ ready: true });
  await expect(readEverything(dataDir)).rejects.toThrow('hubcast journal restore');
  clock.ms += 1_000;
  expect(await journal.readiness()).toMatchObject({
    ready: false,
    reason: expect.stringMatching(/found damaged.*hubcast journal restore/),
  });
  await expect(journal.append([makeRecord(TOPIC)])).rejects.toThrow('hubcast journal restore');
  await journal.close();
  expect(await doctorSays(dataDir)).toEqual(['journal_unusable']);
  await expect(openTestJournal(dataDir)).rejects.toThrow('hubcast journal restore');

  await restoreJournal(dataDir, whole);
  const again = await openTestJournal(dataDir);
  expect(await again.readiness()).toMatchObject({ ready: true });
  await again.close();
  expect(checkJournal(file)).toMatchObject({ records: RECORDS, problems: [] });
});

it('goes on after a restart where the whole file turns out to be sound', async () => {
  await withDataDir(async (dataDir) => {
    await (await openTestJournal(dataDir)).close();
    markDamaged(journalFile(dataDir));
    const journal = await openTestJournal(dataDir);
    expect(await journal.readiness()).toMatchObject({ ready: true });
    await journal.close();
  });
});

it('leaves journal and folder as they are where a restore or a backup finds the disk full', async () => {
  await withDataDir(async (mountPoint) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', mountPoint]);
    if (mounted.status !== 0) {
      process.stderr.write('skipped: a restore on a full disk (needs root on Linux to mount a tmpfs)\n');
      return;
    }
    try {
      const dataDir = join(mountPoint, 'data');
      mkdirSync(dataDir);
      const journal = await openTestJournal(dataDir);
      await journal.append([makeRecord(TOPIC)]);
      await journal.close();
      const before = readFileSync(journalFile(dataDir));
      const names = readdirSync(mountPoint, { recursive: true });
      await expect(restoreJournal(dataDir, whole)).rejects.toThrow(
        /was not restored, and the journal is left as it is/,
      );
      await expect(backupJournal(whole, join(mountPoint, 'copy.db'), quiet)).rejects.toThrow(
        /^No copy was made at .*full/,
      );
      expect(readFileSync(journalFile(dataDir)).equals(before)).toBe(true);
      expect(readdirSync(mountPoint, { recursive: true })).toEqual(names);
      expect(await readEverything(dataDir)).toBe(1);
    } finally {
      spawnSync('umount', [mountPoint]);
    }
  });
});
