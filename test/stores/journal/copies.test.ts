import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from '@jest/globals';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { checkJournal, countWaiting } from '../../../src/stores/journal/check.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { makeRecord } from '../make-record.ts';
import { readAll, valuesOf } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const quiet = () => undefined;

it('copies a journal that is being written: whole, checked, with every record that was there when it began', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    for (let n = 0; n < 200; n += 1) await journal.append([makeRecord('t', { value: 'x'.repeat(20_000) })]);
    let writing = true;
    let stored = 200;
    const writer = (async () => {
      for (; writing; stored += 1) await journal.append([makeRecord('t')]);
    })();
    const target = join(dataDir, 'copy.db');
    const seen: number[] = [];
    await backupJournal(journalFile(dataDir), target, ({ pages }) => seen.push(pages));
    writing = false;
    await writer;
    expect(stored).toBeGreaterThan(200);
    const report = checkJournal(target);
    expect(report).toMatchObject({ problems: [], topics: { t: report.records } });
    expect(report.records).toBeGreaterThanOrEqual(200);
    expect(report.dedupeIds).toBeGreaterThanOrEqual(report.records);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
    // The journal goes on, and is whole too.
    expect(checkJournal(journalFile(dataDir))).toMatchObject({ records: stored, problems: [] });
    await journal.close();
  });
});

it('does not overwrite, and leaves nothing of a copy that failed', async () => {
  await withDataDir(async (dataDir) => {
    await (await openTestJournal(dataDir)).close();
    const file = journalFile(dataDir);
    const taken = join(dataDir, 'taken');
    writeFileSync(taken, 'mine');
    await expect(backupJournal(file, taken, quiet)).rejects.toMatchObject({ code: 'usage' });
    expect(existsSync(`${taken}.partial`)).toBe(false);
    const left = join(dataDir, 'left.partial');
    writeFileSync(left, 'of a copy that was killed');
    const again = backupJournal(file, join(dataDir, 'left'), quiet);
    await expect(again).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(left) });
    await expect(backupJournal(file, join(dataDir, 'no', 'folder'), quiet)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await expect(backupJournal(join(dataDir, 'none.db'), join(dataDir, 'x'), quiet)).rejects.toMatchObject({
      code: 'usage',
    });
    expect(existsSync(join(dataDir, 'x.partial'))).toBe(false);
  });
});

it.each([
  ['a text that was changed', "UPDATE records SET value = replace(value, 'id', 'iD')", 'differs from its checksum'],
  ['headers that were changed', "UPDATE records SET headers = '{}'", 'differs from its checksum'],
  ['a topic the list lacks', 'DELETE FROM topics', 'not in the list of topics'],
  ['an id cut short', 'UPDATE records SET dedupe_id = substr(dedupe_id, 1, 3)', 'has 3 bytes'],
])('finds %s', async (_what, damage, problem) => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t')]);
    await journal.close();
    expect(checkJournal(journalFile(dataDir)).problems).toEqual([]);
    const database = new DatabaseSync(journalFile(dataDir));
    database.exec(damage);
    database.close();
    expect(checkJournal(journalFile(dataDir)).problems).toContainEqual(expect.stringContaining(problem));
  });
});

it('finds a byte that the disk flipped in an old page, and the other records are read', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const values = Array.from({ length: 30 }, (_, n) => `record ${n}, ${'x'.repeat(3_000)}`);
    for (const value of values) await journal.append([makeRecord('t', { value })]);
    await journal.close();
    const file = journalFile(dataDir);
    const bytes = readFileSync(file);
    const at = bytes.indexOf('record 7, ');
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(file, bytes);
    expect(checkJournal(file).problems).toEqual([expect.stringContaining('differs from its checksum')]);
    const reader = readJournal(dataDir);
    const read = valuesOf(await readAll(reader.read, 't'));
    reader.close();
    expect(read.filter((value) => values.includes(value))).toEqual(values.filter((_, n) => n !== 7));
  });
});

it('counts what is not in Kafka yet', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    for (const topic of ['a', 'a', 'b', 'b']) await journal.append([makeRecord(topic)]);
    const progress = { position: 1, ahead: [3], parked: [{ offset: 3, reason: 'Too large.' }], trim: false };
    await journal.forwarding.advance(progress);
    await journal.close();
    const file = journalFile(dataDir);
    expect(countWaiting(file)).toEqual({ position: 1, records: 2, topics: { a: 1, b: 1 }, parked: 1 });
    expect(checkJournal(file)).toMatchObject({
      records: 4,
      forwarding: { position: 1, waiting: 2 },
      parked: [{ offset: 3, topic: 'b', reason: 'Too large.' }],
      problems: [],
    });
  });
});
