import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import { openDedupeIds } from '../../../src/stores/journal/dedupe-ids.ts';
import { migrate } from '../../../src/stores/journal/migrations.ts';
import { REMEMBER_MS } from '../../../src/stores/journal/writer.ts';
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
  const newId = () => randomBytes(16).toString('hex');
  const bytes = (id: string) => Uint8Array.from(Buffer.from(id, 'hex'));
  const open = (database: DatabaseSync, generationIds: number, maxIds?: number) => {
    const { known, add, ...others } = openDedupeIds(database, { rememberMs: REMEMBER_MS, maxIds, generationIds });
    return {
      ...others,
      has: (id: string, nowMs: number) => known(bytes(id), nowMs).has(0),
      add: (id: string) => add(new DataView(bytes(id).buffer), 0),
    };
  };
  const openMemory = () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, 0);
    return database;
  };
  const count = (database: DatabaseSync, table: string) =>
    Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);

  it('are known whether new, on their way into the table, in it, or opened again', () => {
    const database = openMemory();
    const generationIds = 500;
    let ids = open(database, generationIds);
    const known: string[] = [];
    for (let round = 0; round < 300; round += 1) {
      const added = Array.from({ length: round % 20 }, newId);
      const committed = round % 7 !== 0;
      database.exec('BEGIN');
      for (const id of added) {
        expect(ids.has(id, START_MS + round)).toBe(false);
        expect(ids.add(id)).toBe(true);
        expect(ids.add(id)).toBe(false);
      }
      ids.flush(START_MS + round);
      database.exec(committed ? 'COMMIT' : 'ROLLBACK');
      ids.settle(committed);
      if (committed) known.push(...added);
      else expect(added.some((id) => ids.has(id, START_MS + round))).toBe(false);
      if (round % 50 === 49) ids = open(database, generationIds);
      if (round % 10 === 0) expect(known.filter((id) => !ids.has(id, START_MS + round))).toEqual([]);
    }
    expect(known.filter((id) => !ids.has(id, START_MS + 300))).toEqual([]);
    expect(known.filter((id) => ids.has(id, START_MS + 300 + REMEMBER_MS))).toEqual([]);
    // Most have been moved, so what is read at a start stays small.
    expect(count(database, 'remembered')).toBeGreaterThan(known.length - 3 * generationIds);
    database.close();
  });

  it('are removed from the table stretch by stretch once they are too old', () => {
    const database = openMemory();
    const ids = open(database, 1);
    for (const ms of [START_MS, START_MS + DAY_MS, START_MS + 2 * DAY_MS]) {
      for (let n = 0; n < 1500; n += 1) ids.add(newId());
      ids.flush(ms);
      ids.settle(true);
      for (let n = 0; n < 20; n += 1) {
        ids.add(newId());
        ids.flush(ms);
        ids.settle(true);
      }
    }
    const before = count(database, 'remembered');
    expect(before).toBeGreaterThan(3000);
    const pass = (nowMs: number) => {
      let removed = 0;
      for (;;) {
        const step = ids.sweep(nowMs);
        removed += step.removed;
        if (!step.more) return removed;
      }
    };
    expect(pass(START_MS + REMEMBER_MS - 1)).toBe(0);
    expect(pass(START_MS + REMEMBER_MS)).toBe(0);
    const removed = pass(START_MS + DAY_MS - 1 + REMEMBER_MS);
    expect(removed).toBeGreaterThanOrEqual(1500);
    expect(count(database, 'remembered')).toBe(before - removed);
    database.close();
  });

  it('are forgotten before their time where they may not take more room: the oldest, and no more than that', () => {
    const database = openMemory();
    const maxIds = 4_000;
    const ids = openDedupeIds(database, { rememberMs: REMEMBER_MS, maxIds });
    const added: Uint8Array[] = [];
    let nowMs = START_MS;
    for (let round = 0; round < 600; round += 1) {
      nowMs += 1_000;
      for (let n = 0; n < 50; n += 1) {
        const id = Uint8Array.from(randomBytes(16));
        ids.add(new DataView(id.buffer), 0);
        added.push(id);
      }
      ids.flush(nowMs);
      ids.settle(true);
      if (round % 5 === 0) while (ids.sweep(nowMs).more);
      expect(count(database, 'remembered')).toBeLessThan(1.4 * maxIds);
    }
    const has = (id: Uint8Array) => ids.known(id, nowMs).has(0);
    expect(added.slice(-0.8 * maxIds).every(has)).toBe(true);
    expect(added.slice(0, -2 * maxIds).some(has)).toBe(false);
    database.close();
  });
});
