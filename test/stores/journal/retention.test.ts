import { expect, it } from '@jest/globals';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { makeRecord } from '../make-record.ts';
import { readAll, valuesOf } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const HOUR_MS = 60 * 60 * 1000;
const START_MS = Date.UTC(2026, 10, 1);

it('removes records of all topics by age, and no others', async () => {
  await withDataDir(async (dataDir) => {
    const clock = { ms: START_MS };
    const journal = await openTestJournal(dataDir, { retentionHours: 2, now: () => clock.ms });
    const reader = readJournal(dataDir);
    const at = (topic: string, ageHours: number) =>
      makeRecord(topic, { timestampMs: START_MS - ageHours * HOUR_MS, value: `${ageHours} h` });
    // One that claims to be from the future keeps nothing behind it alive.
    await journal.append([at('a', -5), at('a', 1.5), at('b', 1.5), at('a', 0.5), at('b', 1.7)]);
    await journal.expire();
    expect(await readAll(reader.read, 'a')).toHaveLength(3);
    clock.ms += HOUR_MS;
    await journal.expire();
    expect(valuesOf(await readAll(reader.read, 'a'))).toEqual(['-5 h', '0.5 h']);
    expect(await readAll(reader.read, 'b')).toEqual([]);
    reader.close();
    await journal.close();
  });
});

it('removes many records in chunks while writes go on, also by itself at the start', async () => {
  await withDataDir(async (dataDir) => {
    const clock = { ms: START_MS };
    const options = { retentionHours: 2, now: () => clock.ms };
    const first = await openTestJournal(dataDir, options);
    await first.append(Array.from({ length: 2600 }, () => makeRecord('t', { timestampMs: START_MS })));
    await first.close();
    clock.ms += 3 * HOUR_MS;
    const journal = await openTestJournal(dataDir, options);
    const kept = Array.from({ length: 30 }, () => makeRecord('t', { timestampMs: clock.ms }));
    for (const record of kept) await journal.append([record]);
    const reader = readJournal(dataDir);
    // Joins the removal that the start began.
    await journal.expire();
    expect(valuesOf(await readAll(reader.read, 't'))).toEqual(valuesOf(await readAll(reader.read, 't', 'start')));
    expect(valuesOf(await readAll(reader.read, 't'))).toEqual(kept.map(({ value }) => value));
    reader.close();
    await journal.close();
  });
});

it('never gives an offset again, even after everything expired and a restart', async () => {
  await withDataDir(async (dataDir) => {
    const clock = { ms: START_MS };
    const options = { retentionHours: 1, now: () => clock.ms };
    const first = await openTestJournal(dataDir, options);
    await first.append([makeRecord('t', { timestampMs: START_MS }), makeRecord('t', { timestampMs: START_MS })]);
    const reader = readJournal(dataDir);
    const last = BigInt((await readAll(reader.read, 't')).at(-1)?.offset ?? 0);
    clock.ms += 2 * HOUR_MS;
    await first.expire();
    expect(await readAll(reader.read, 't')).toEqual([]);
    await first.close();
    const journal = await openTestJournal(dataDir, options);
    await journal.append([makeRecord('t', { timestampMs: clock.ms })]);
    const [next] = await readAll(reader.read, 't');
    expect(BigInt(next?.offset ?? 0) > last).toBe(true);
    reader.close();
    await journal.close();
  });
});
