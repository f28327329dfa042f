import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { type DedupeIds, openDedupeIds, REMEMBER_MS } from '../../../src/stores/journal/dedupe-ids.ts';
import { TABLES } from '../../../src/stores/journal/schema.ts';
import { makeRecord } from '../make-record.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const START_MS = Date.UTC(2026, 10, 1);

describe('the journal stores an id once', () => {
  it('for 8 days exactly, across restarts', async () => {
    await withDataDir(async (dataDir) => {
      const clock = { ms: START_MS };
      const record = makeRecord('t');
      const appendAt = async (ms: number) => {
        clock.ms = ms;
        const journal = await openTestJournal(dataDir, { now: () => clock.ms });
        await journal.append([record]);
        await journal.close();
        return journal.counts();
      };
      expect(await appendAt(START_MS)).toMatchObject({ stored: 1 });
      expect(await appendAt(START_MS + 1)).toMatchObject({ repeated: 1 });
      expect(await appendAt(START_MS + 8 * DAY_MS - 1)).toMatchObject({ repeated: 1 });
      expect(await appendAt(START_MS + 8 * DAY_MS)).toMatchObject({ stored: 1 });
      expect(await appendAt(START_MS + 16 * DAY_MS - 1)).toMatchObject({ repeated: 1 });
    });
  });

  it('also when its record has expired', async () => {
    await withDataDir(async (dataDir) => {
      const clock = { ms: START_MS };
      const journal = await openTestJournal(dataDir, { now: () => clock.ms, retentionHours: 1 });
      const record = makeRecord('t', { timestampMs: START_MS });
      await journal.append([record]);
      clock.ms += DAY_MS;
      await journal.expire();
      await journal.append([record]);
      expect(journal.counts()).toMatchObject({ stored: 1, repeated: 1 });
      await journal.close();
    });
  });
});

describe('remembered ids', () => {
  const newId = () => {
    const bytes = randomBytes(16);
    return { bytes, text: bytes.toString('latin1') };
  };
  const openMemory = () => {
    const database = new DatabaseSync(':memory:');
    database.exec(TABLES);
    return database;
  };
  const tablesOf = (database: DatabaseSync) =>
    database
      .prepare('SELECT number FROM id_tables ORDER BY number')
      .all()
      .map(({ number }) => Number(number));
  const countIn = (database: DatabaseSync, number: number) =>
    Number(database.prepare(`SELECT count(*) AS n FROM ids_${number}`).get()?.n);
  const countAll = (database: DatabaseSync) =>
    tablesOf(database).reduce((sum, number) => sum + countIn(database, number), 0);

  /** Ids with their records, as a write adds them; moves what is due as the writer does. */
  function addAll(
    database: DatabaseSync,
    ids: DedupeIds,
    added: readonly { bytes: Uint8Array; text: string }[],
    atMs: number,
  ) {
    const record = database.prepare(
      `INSERT INTO records (dedupe_id, topic_id, timestamp_ms, checksum, headers, value) VALUES (?, 1, ?, 0, '', '')`,
    );
    for (const id of added) {
      ids.add(id, atMs);
      record.run(id.bytes, atMs);
    }
    ids.settle(true);
    while (ids.isDue()) {
      ids.move(atMs, lastOffset(database));
      ids.settle(true);
    }
  }
  const lastOffset = (database: DatabaseSync) =>
    Number(database.prepare('SELECT max(offset) AS last FROM records').get()?.last);

  function forgetAll(database: DatabaseSync, ids: DedupeIds): number {
    let removed = 0;
    for (;;) {
      database.exec('BEGIN');
      const step = ids.forget();
      database.exec('COMMIT');
      ids.settle(true);
      removed += step.removed;
      if (!step.more) return removed;
    }
  }

  it('are known whether they wait, are in the table, were added by the open transaction, or after a crash', () => {
    const database = openMemory();
    let ids = openDedupeIds(database, { maxWaiting: 500 });
    const known: { bytes: Buffer; text: string }[] = [];
    for (let round = 0; round < 300; round += 1) {
      const added = Array.from({ length: round % 20 }, newId);
      const committed = round % 7 !== 0;
      expect(added.some((id) => ids.isKnown(id, START_MS + round))).toBe(false);
      if (committed) {
        addAll(database, ids, added, START_MS + round);
        known.push(...added);
      } else {
        database.exec('BEGIN');
        for (const id of added) ids.add(id, START_MS + round);
        expect(added.every((id) => ids.isKnown(id, START_MS + round))).toBe(true);
        ids.move(START_MS + round, lastOffset(database));
        database.exec('ROLLBACK');
        ids.settle(false);
        expect(added.some((id) => ids.isKnown(id, START_MS + round))).toBe(false);
      }
      // As after kill -9: what waits is in memory only, and in the rows of its records.
      if (round % 50 === 49) {
        ids = openDedupeIds(database, { maxWaiting: 500 });
        if (ids.isDue()) ids.move(START_MS + round, lastOffset(database), true);
        ids.settle(true);
      }
      if (round % 10 === 0) expect(known.filter((id) => !ids.isKnown(id, START_MS + round))).toEqual([]);
    }
    expect(known.filter((id) => !ids.isKnown(id, START_MS + 300))).toEqual([]);
    expect(known.filter((id) => ids.isKnown(id, START_MS + 300 + REMEMBER_MS))).toEqual([]);
    // Most have been moved, so what is read at a start stays small.
    expect(countAll(database)).toBeGreaterThan(known.length - 3 * 500);
    expect(ids.keptUpTo()).toBeGreaterThan(0);
    database.close();
  });

  it('stay known when their records are removed before they were moved, also after a crash', () => {
    const database = openMemory();
    const ids = openDedupeIds(database);
    const added = Array.from({ length: 100 }, newId);
    addAll(database, ids, added, START_MS);
    expect(countAll(database)).toBe(0);
    ids.keep(
      added.map(({ bytes }) => ({ id: bytes, atMs: START_MS })),
      START_MS,
    );
    database.exec('DELETE FROM records');
    ids.settle(true);
    expect(countAll(database)).toBe(100);
    const again = openDedupeIds(database);
    expect(added.every((id) => again.isKnown(id, START_MS + REMEMBER_MS - 1))).toBe(true);
    expect(added.some((id) => again.isKnown(id, START_MS + REMEMBER_MS))).toBe(false);
    database.close();
  });

  it('are in three tables at most, each of four days, of which the oldest is removed chunk by chunk', () => {
    const database = openMemory();
    const ids = openDedupeIds(database, { maxWaiting: 64 });
    const byDay: { bytes: Buffer; text: string }[][] = [];
    for (let day = 0; day < 17; day += 1) {
      const added = Array.from({ length: 1_000 }, newId);
      byDay.push(added);
      const nowMs = START_MS + day * DAY_MS;
      addAll(database, ids, added, nowMs);
      const kept = byDay.slice(Math.max(0, day - 7)).flat();
      expect(kept.filter((id) => !ids.isKnown(id, nowMs + DAY_MS - 1))).toEqual([]);
      expect(
        byDay
          .slice(0, Math.max(0, day - 7))
          .flat()
          .some((id) => ids.isKnown(id, nowMs + DAY_MS)),
      ).toBe(false);
    }
    expect(tablesOf(database)).toEqual([1, 2, 3, 4, 5]);
    expect(forgetAll(database, ids)).toBeGreaterThan(7_500);
    expect(tablesOf(database)).toEqual([3, 4, 5]);
    expect(forgetAll(database, ids)).toBe(0);
    expect(database.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
    database.close();
  });

  it('are forgotten before their time where they may not take more space: the oldest, and no more than a third', () => {
    const database = openMemory();
    const maxIds = 4_000;
    const maxWaiting = maxIds / 8;
    const ids = openDedupeIds(database, { maxIds, maxWaiting });
    const added: { bytes: Buffer; text: string }[] = [];
    let nowMs = START_MS;
    for (let round = 0; round < 600; round += 1) {
      nowMs += 1_000;
      const some = Array.from({ length: 50 }, newId);
      added.push(...some);
      addAll(database, ids, some, nowMs);
      if (round % 5 === 0) forgetAll(database, ids);
      expect(countAll(database)).toBeLessThan(1.5 * maxIds);
    }
    const isKnown = (id: { bytes: Buffer; text: string }) => ids.isKnown(id, nowMs);
    // An id may come into its table before those that waited when it came, and be forgotten with it: so many fewer are sure.
    expect(added.slice((-2 / 3) * maxIds + 2 * maxWaiting).every(isKnown)).toBe(true);
    expect(added.slice(0, -2 * maxIds).some(isKnown)).toBe(false);
    database.close();
  });
});
