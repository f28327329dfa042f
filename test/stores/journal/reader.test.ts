import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { JOURNAL_LANE } from '../../../src/records/record.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { makeRecord } from '../make-record.ts';
import { readAll } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const MIB = 1024 * 1024;

it('says what to do where there is no journal', async () => {
  await withDataDir(async (dataDir) => {
    expect(() => readJournal(dataDir)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(/no journal in .*DATA_DIR/) }),
    );
  });
});

it('reads while the owner writes, several topics in the order they were stored, page after page', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const reader = readJournal(dataDir);
    const stop = new AbortController();
    const total = 3000;
    const write = async () => {
      for (let n = 0; n < total; n += 20)
        await journal.append(
          Array.from({ length: 20 }, (_, k) => makeRecord(`topic-${(n + k) % 3}`, { value: String(n + k) })),
        );
    };
    const written = write();
    const seen: number[] = [];
    const options = { topics: ['topic-0', 'topic-2'], from: 'start', follow: true, signal: stop.signal } as const;
    for await (const { value } of reader.read(options)) {
      seen.push(Number(value));
      if (seen.length === total - total / 3) stop.abort();
    }
    await written;
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => n).filter((n) => n % 3 !== 1));
    expect(reader.topics()).toEqual(['topic-0', 'topic-1', 'topic-2']);
    reader.close();
    await journal.close();
  });
});

it('finds a time among records that were not stored in the order of their times', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir, { retentionHours: 1e6 });
    for (const timestampMs of [100, 130, 110, 140, 120])
      await journal.append([makeRecord('t', { timestampMs: Date.UTC(2026, 0) + timestampMs })]);
    const reader = readJournal(dataDir);
    const found = await readAll(reader.read, 't', { timestampMs: Date.UTC(2026, 0) + 115 });
    expect(found.map(({ timestampMs }) => timestampMs - Date.UTC(2026, 0))).toEqual([130, 140, 120]);
    reader.close();
    await journal.close();
  });
});

it('keeps the log short while readers are half-way through', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    await journal.append([makeRecord('t'), makeRecord('t')]);
    const reader = readJournal(dataDir);
    const halfWay = reader.read({ topics: ['t'], from: 'start', follow: true })[Symbol.asyncIterator]();
    await halfWay.next();
    for (let n = 0; n < 60; n += 1)
      await journal.append(Array.from({ length: 20 }, () => makeRecord('t', { value: 'x'.repeat(50_000) })));
    expect(statSync(journalFile(dataDir)).size).toBeGreaterThan(40 * MIB);
    expect(statSync(`${journalFile(dataDir)}-wal`).size).toBeLessThan(24 * MIB);
    await halfWay.return?.();
    reader.close();
    await journal.close();
  });
});

it('empties the log though there is never a moment without a reader', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const readers = [0, 1].map(() => new DatabaseSync(journalFile(dataDir), { readOnly: true }));
    let turn = 0;
    const overlap = () => {
      const [next, previous] = turn % 2 === 0 ? readers : readers.toReversed();
      turn += 1;
      next?.exec('BEGIN; SELECT count(*) FROM topics');
      if (previous?.isTransaction) previous.exec('COMMIT');
    };
    overlap();
    const overlapping = setInterval(overlap, 10);
    for (let n = 0; n < 110; n += 1) await journal.append([makeRecord('t', { value: 'x'.repeat(MIB) })]);
    clearInterval(overlapping);
    expect(statSync(`${journalFile(dataDir)}-wal`).size).toBeLessThan(80 * MIB);
    for (const reader of readers) reader.close();
    await journal.close();
  });
});

it('lets appends pass, and warns, while a foreign program holds an old state', async () => {
  await withDataDir(async (dataDir) => {
    const clock = { ms: Date.now() };
    const journal = await openTestJournal(dataDir, { now: () => clock.ms });
    const foreign = new DatabaseSync(journalFile(dataDir), { readOnly: true });
    foreign.exec('BEGIN');
    foreign.prepare('SELECT count(*) FROM records').get();
    for (let n = 0; n < 80; n += 1) await journal.append([makeRecord('t', { value: 'x'.repeat(MIB) })]);
    clock.ms += 1000;
    expect(await journal.readiness()).toMatchObject({ ready: true, warnings: [expect.stringContaining('reader')] });
    foreign.close();
    for (let n = 0; n < 10; n += 1) await journal.append([makeRecord('t', { value: 'x'.repeat(MIB) })]);
    clock.ms += 1000;
    expect(await journal.readiness()).toMatchObject({ ready: true, warnings: [] });
    expect(statSync(`${journalFile(dataDir)}-wal`).size).toBeLessThan(24 * MIB);
    await journal.close();
  });
});

it('reads from another process, while the owner runs and when none does', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const record = makeRecord('t');
    await journal.append([record]);
    const source = `
      import { readJournal } from ${JSON.stringify(new URL('../../../src/stores/journal/read-journal.ts', import.meta.url).href)};
      const reader = readJournal(${JSON.stringify(dataDir)});
      for await (const { value } of reader.read({ topics: reader.topics(), from: 'start', follow: false })) console.log(value);
      reader.close();`;
    const readElsewhere = () => {
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
        encoding: 'utf8',
      });
      return `${stdout}${stderr}`;
    };
    expect(readElsewhere()).toBe(`${record.value}\n`);
    await journal.close();
    expect(readElsewhere()).toBe(`${record.value}\n`);
  });
});

it('reads on from a position at its end, and all from one that is beyond: of another journal', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    for (const value of ['1', '2']) await journal.append([makeRecord('t', { value })]);
    const reader = readJournal(dataDir);
    const [, last] = await readAll(reader.read, 't');
    const from = async (next: number) => {
      const positions = new Map([[JOURNAL_LANE, String(Number(last?.offset) + next)]]);
      return (await readAll(reader.read, 't', { positions })).map(({ value }) => value);
    };
    expect([await from(0), await from(1), await from(2)]).toEqual([['2'], [], ['1', '2']]);
    reader.close();
    await journal.close();
  });
});

it('ends its reads when it is closed', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const reader = readJournal(dataDir);
    const seen: string[] = [];
    const follow = async () => {
      for await (const { value } of reader.read({ topics: ['t'], from: 'start', follow: true })) seen.push(value);
    };
    const following = follow();
    await sleep(20);
    reader.close();
    await following;
    expect(seen).toEqual([]);
    expect(() => reader.read({ topics: ['t'], from: 'start', follow: true })).toThrow(
      expect.objectContaining({ code: 'shutting_down' }),
    );
    await journal.close();
  });
});

it('reads back between two times, whatever the order of storing', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir, { retentionHours: 1e6 });
    const startMs = Date.UTC(2026, 0);
    for (const ms of [100, 130, 110, 140, 120, 150])
      await journal.append([makeRecord('t', { timestampMs: startMs + ms })]);
    const reader = readJournal(dataDir);
    const times = async (sinceMs: number, untilMs: number) => {
      const bounds = { sinceMs: startMs + sinceMs, untilMs: startMs + untilMs };
      const [lane] = await reader.readBack({ topics: ['t'], before: {}, count: 10, ...bounds });
      return { times: lane?.records.map(({ timestampMs }) => timestampMs - startMs), more: lane?.more };
    };
    // What lies between two records of the time is given too; the filter looks at each.
    expect(await times(115, 145)).toEqual({ times: [130, 110, 140, 120], more: false });
    expect(await times(150, 1000)).toEqual({ times: [150], more: false });
    expect(await times(160, 1000)).toEqual({ times: [], more: false });
    await journal.append([makeRecord('t', { timestampMs: startMs + 160 })]);
    expect(await times(160, 1000)).toEqual({ times: [160], more: false });
    expect(await times(0, 50)).toEqual({ times: [], more: false });
    reader.close();
    await journal.close();
  });
});
