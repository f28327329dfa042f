import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { isHubcastError } from '../../../src/core/errors.ts';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import type { Journal } from '../../../src/stores/journal/open-journal.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { makeRecord } from '../make-record.ts';
import { readAll, valuesOf } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const HOUR_MS = 60 * 60 * 1000;

interface Filled {
  readonly values: string[];
  readonly refused: readonly OutgoingRecord[];
  readonly code: string;
}

/** Appends pairs until one is refused; gives back what was acknowledged, and the refusal. */
async function fill(journal: Journal, timestampMs: number): Promise<Filled> {
  const values: string[] = [];
  for (let n = 0; n < 2000; n += 1) {
    const pair = [0, 1].map((half) => makeRecord('t', { timestampMs, value: `${n}.${half} ${'x'.repeat(20_000)}` }));
    try {
      await journal.append(pair);
      values.push(...pair.map(({ value }) => value));
    } catch (error) {
      return { values, refused: pair, code: isHubcastError(error) ? error.code : String(error) };
    }
  }
  throw new Error('It took everything.');
}

it('refuses what exceeds its bound whole, removes nothing for it, and takes records again when there is room', async () => {
  await withDataDir(async (dataDir) => {
    const clock = { ms: Date.UTC(2026, 10, 1) };
    const maxBytes = 2_000_000;
    const journal = await openTestJournal(dataDir, { maxBytes, retentionHours: 1, now: () => clock.ms });
    const reader = readJournal(dataDir);
    const { values, refused, code } = await fill(journal, clock.ms);
    expect(code).toBe('store_full');
    expect(values.length).toBeGreaterThan(60);
    expect(valuesOf(await readAll(reader.read, 't'))).toEqual(values);
    clock.ms += 1000;
    expect(await journal.readiness()).toMatchObject({
      ready: false,
      reason: expect.stringContaining('JOURNAL_MAX_BYTES'),
    });

    clock.ms += HOUR_MS;
    await journal.expire();
    expect(await journal.readiness()).toMatchObject({ ready: true });
    // Sent again, what was refused is not mistaken for stored.
    await journal.append(refused.map((record) => ({ ...record, timestampMs: clock.ms })));
    const again = await fill(journal, clock.ms);
    expect(again.values.length).toBeGreaterThan(60);
    expect(valuesOf(await readAll(reader.read, 't'))).toEqual([...valuesOf(refused), ...again.values]);
    reader.close();
    await journal.close();
    expect(statSync(journalFile(dataDir)).size).toBeLessThanOrEqual(maxBytes);
  });
});

it('keeps a topic usable whose first record was refused', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir, { maxBytes: 1_000_000 });
    await expect(journal.append([makeRecord('new', { value: 'x'.repeat(2_000_000) })])).rejects.toMatchObject({
      code: 'store_full',
    });
    await journal.append([makeRecord('new', { value: 'small' })]);
    const reader = readJournal(dataDir);
    expect(valuesOf(await readAll(reader.read, 'new'))).toEqual(['small']);
    reader.close();
    await journal.close();
  });
});

it('warns before it is full', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir, { maxBytes: 2_000_000 });
    await journal.append([makeRecord('t', { value: 'x'.repeat(1_800_000) })]);
    expect(await journal.readiness()).toMatchObject({ ready: true, warnings: [expect.stringContaining('% full')] });
    await journal.close();
  });
});

it('survives a full disk, and takes records again when there is room', async () => {
  await withDataDir(async (mountPoint) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mountPoint]);
    if (mounted.status !== 0) {
      process.stderr.write('skipped: a full disk (needs root on Linux to mount a tmpfs)\n');
      return;
    }
    try {
      const clock = { ms: Date.now() };
      const dataDir = join(mountPoint, 'data');
      mkdirSync(dataDir);
      const journal = await openTestJournal(dataDir, { now: () => clock.ms });
      const ballast = join(mountPoint, 'ballast');
      writeFileSync(ballast, Buffer.alloc(4_000_000));
      const { values, code } = await fill(journal, clock.ms);
      expect(code).toBe('store_full');
      expect(values.length).toBeGreaterThan(10);
      clock.ms += 1000;
      expect(await journal.readiness()).toMatchObject({ ready: false, reason: expect.stringContaining('full') });

      rmSync(ballast);
      clock.ms += 1000;
      expect(await journal.readiness()).toMatchObject({ ready: true });
      const again = await fill(journal, clock.ms);
      expect(again.values.length).toBeGreaterThan(10);
      await journal.close();

      const reader = readJournal(dataDir);
      expect(valuesOf(await readAll(reader.read, 't'))).toEqual([...values, ...again.values]);
      reader.close();
    } finally {
      spawnSync('umount', [mountPoint]);
    }
  });
});

it('is not filled by what it remembers of records that left, where that is bounded', async () => {
  await withDataDir(async (dataDir) => {
    const maxBytes = 2 * 1024 * 1024;
    const journal = await openTestJournal(dataDir, {
      maxBytes,
      maxIdBytes: maxBytes / 4,
      retentionHours: null,
      trim: true,
    });
    // Without the bound their ids alone would take more than 2.5 MB.
    for (let round = 0; round < 80; round += 1) {
      await journal.append(Array.from({ length: 1_000 }, () => makeRecord('t')));
      const { upTo } = await journal.forwarding.take(round * 1_000, maxBytes);
      await journal.forwarding.advance({ position: upTo, ahead: [], parked: [], trim: true });
      if (round % 5 === 0) await journal.expire();
    }
    expect(await journal.readiness()).toMatchObject({ ready: true });
    expect(journal.counts()).toMatchObject({ stored: 80_000, repeated: 0 });
    await journal.close();
  });
}, 60_000);
