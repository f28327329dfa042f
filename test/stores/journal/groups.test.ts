import { expect, it } from '@jest/globals';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { makeRecord } from '../make-record.ts';
import { readAll, valuesOf } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

it('leaves out only the repeated records of a group, and lists no topic for them', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const reader = readJournal(dataDir);
    const [old, alone] = [makeRecord('t'), makeRecord('t')];
    await journal.append([old, alone]);
    const fresh = [makeRecord('t'), makeRecord('u'), makeRecord('t', { repeatable: true })] as const;
    await journal.append([old, fresh[0], { ...alone, topic: 'repeated-only' }, fresh[1], fresh[2]]);
    await journal.append([old, alone]);
    expect(journal.counts()).toMatchObject({ stored: 5, repeated: 4 });
    const stored = [];
    const options = { topics: ['t', 'u', 'repeated-only'], from: 'start', follow: false } as const;
    for await (const record of reader.read(options)) stored.push(record);
    expect(valuesOf(stored)).toEqual(valuesOf([old, alone, ...fresh]));
    const offsets = stored.map(({ offset }) => Number(offset));
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(reader.topics()).toEqual(['t', 'u']);
    await journal.append([makeRecord('t', { value: 'last' })]);
    const last = (await readAll(reader.read, 't')).at(-1);
    expect(last?.value).toBe('last');
    expect(Number(last?.offset)).toBeGreaterThan(offsets.at(-1) ?? 0);
    reader.close();
    await journal.close();
  });
});

it('takes a record of 6 MiB beside small ones, and many that are large together', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const reader = readJournal(dataDir);
    const records = [
      makeRecord('t', { value: 'small' }),
      makeRecord('t', { value: 'é'.repeat(3 * 1024 * 1024) }),
      ...Array.from({ length: 40 }, (_, n) => makeRecord('t', { value: `${n} ${'x'.repeat(200_000)}` })),
    ];
    await Promise.all(records.map((record) => journal.append([record])));
    await journal.append([makeRecord('t', { value: 'after' })]);
    const values = valuesOf(await readAll(reader.read, 't'));
    expect(values.map(({ length }) => length)).toEqual([...records.map(({ value }) => value.length), 5]);
    expect(values.slice(0, -1).every((value, n) => value === records[n]?.value)).toBe(true);
    reader.close();
    await journal.close();
  });
});
