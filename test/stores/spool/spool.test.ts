/** What the spool does with each outcome of a write to Kafka; the writer is a stand-in here, the journal is real. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from '@jest/globals';
import { HubcastError } from '../../../src/core/errors.ts';
import type { OutgoingRecord } from '../../../src/records/record.ts';
import { eraseFromJournal } from '../../../src/stores/journal/erase.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import type { OrderedWriter } from '../../../src/stores/ordered-writer.ts';
import type { Spool } from '../../../src/stores/spool/open-spool.ts';
import type { Readiness } from '../../../src/stores/store.ts';
import { until } from '../../support/until.ts';
import { withDataDir } from '../journal/support/scratch.ts';
import { makeRecord } from '../make-record.ts';
import { openTestSpool } from './support/open-test-spool.ts';

const AWAY = new HubcastError('store_unavailable', 'Kafka is away.');
const REFUSED = new HubcastError('record_refused', 'Too large even as dead letters.');

/** Takes what `fate` says, as the ordered writer does: after a failure nothing more of the same topic. */
function standIn(fate: (record: OutgoingRecord) => HubcastError | null) {
  const taken: OutgoingRecord[] = [];
  const calls: number[] = [];
  const state = { readiness: { ready: true } as Readiness };
  const writer: OrderedWriter = {
    async write(records) {
      calls.push(records.length);
      const blocked = new Set<string>();
      return records.map((record) => {
        if (blocked.has(record.topic)) return AWAY;
        const outcome = fate(record);
        if (outcome === null) taken.push(record);
        else if (outcome.code !== 'record_refused') blocked.add(record.topic);
        return outcome;
      });
    },
    readiness: async () => state.readiness,
    close: () => undefined,
  };
  return { writer, taken, calls, state };
}

const openWith = (dataDir: string, writer: OrderedWriter, more = {}): Promise<Spool> =>
  openTestSpool(dataDir, { openKafka: () => writer, drainTimeoutMs: 50, ...more });

const numbers = (records: readonly OutgoingRecord[]) => records.map(({ value }) => Number(value));

it('answers while Kafka is away, says so, keeps the order when it is back, and is empty then', async () => {
  await withDataDir(async (dataDir) => {
    let away = true;
    const kafka = standIn(() => (away ? AWAY : null));
    kafka.state.readiness = { ready: false, reason: 'Kafka is away.' };
    const spool = await openWith(dataDir, kafka.writer);
    for (let n = 0; n < 300; n += 1)
      await spool.append([makeRecord(`t${n % 3}`, { value: String(n), timestampMs: Date.now() - 60_000 })]);
    const readiness = await spool.readiness();
    expect(readiness).toMatchObject({
      ready: true,
      warnings: [expect.stringContaining('Kafka is away.')],
      spool: { records: 300, counted: true, parked: 0 },
    });
    expect((await spool.lag()).bytes).toBeGreaterThan(300 * 50);
    expect((await spool.lag()).ageMs).toBeGreaterThanOrEqual(60_000);
    away = false;
    kafka.state.readiness = { ready: true };
    await spool.caughtUp();
    for (const topic of ['t0', 't1', 't2']) {
      const of = numbers(kafka.taken.filter((record) => record.topic === topic));
      expect(of).toEqual(Array.from({ length: 100 }, (_, n) => 3 * n + Number(topic[1])));
    }
    expect(await spool.lag()).toEqual({
      records: 0,
      bytes: 0,
      maxBytes: 1024 ** 3,
      counted: true,
      ageMs: null,
      parked: 0,
    });
    await spool.close();
  });
});

it('gives back key, headers, value and time as they were appended', async () => {
  await withDataDir(async (dataDir) => {
    const kafka = standIn(() => null);
    const spool = await openWith(dataDir, kafka.writer);
    const record = makeRecord('t', { key: null, value: JSON.stringify({ name: 'Zoë 😀' }) });
    await spool.append([record]);
    await spool.caughtUp();
    expect(kafka.taken).toMatchObject([{ ...record, headers: { ...record.headers } }]);
    await spool.close();
  });
});

it('does not write again what went before a topic that fails, also after a stop and a start', async () => {
  await withDataDir(async (dataDir) => {
    const first = standIn(({ topic }) => (topic === 'blocked' ? AWAY : null));
    const spool = await openWith(dataDir, first.writer);
    const records = Array.from({ length: 20 }, (_, n) =>
      makeRecord(n % 2 === 0 ? 'open' : 'blocked', { value: String(n) }),
    );
    await spool.append(records);
    await until(() => first.calls.length > 2);
    await spool.close();
    expect(numbers(first.taken)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);

    const second = standIn(() => null);
    const again = await openWith(dataDir, second.writer);
    await again.caughtUp();
    expect(numbers(second.taken)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    await again.close();
  });
});

it('notes what Kafka took while it closed, so that the next start does not write it again', async () => {
  await withDataDir(async (dataDir) => {
    const first = standIn(() => null);
    const closed = Promise.withResolvers<void>();
    const writer: OrderedWriter = {
      ...first.writer,
      write: (records) => closed.promise.then(() => first.writer.write(records)),
      close: () => void setTimeout(closed.resolve, 50),
    };
    const spool = await openWith(dataDir, writer);
    await spool.append([makeRecord('t', { value: '1' })]);
    await spool.close();
    expect(numbers(first.taken)).toEqual([1]);

    const second = standIn(() => null);
    const again = await openWith(dataDir, second.writer);
    await again.caughtUp();
    expect(second.taken).toEqual([]);
    await again.close();
  });
});

it('parks permanently refused records, reports them, and continues; a restart does not try them again', async () => {
  await withDataDir(async (dataDir) => {
    const kafka = standIn(({ value }) => (value === '3' ? REFUSED : null));
    const spool = await openWith(dataDir, kafka.writer);
    await spool.append(Array.from({ length: 6 }, (_, n) => makeRecord('t', { value: String(n) })));
    await spool.caughtUp();
    expect(numbers(kafka.taken)).toEqual([0, 1, 2, 4, 5]);
    expect(await spool.readiness()).toMatchObject({
      ready: true,
      warnings: [expect.stringContaining('1 events are parked')],
      spool: { records: 0, parked: 1 },
    });
    await spool.close();
    const later = standIn(() => null);
    const again = await openWith(dataDir, later.writer);
    await again.caughtUp();
    expect(later.taken).toEqual([]);
    expect((await again.lag()).parked).toBe(1);
    await again.close();
  });
});

it('an erasure finds what is parked, and what waits, and leaves the rest to be forwarded', async () => {
  await withDataDir(async (dataDir) => {
    const first = standIn(({ value }) => (value.startsWith('REFUSED') ? REFUSED : AWAY));
    const spool = await openWith(dataDir, first.writer);
    await spool.append([makeRecord('t', { value: 'REFUSED-ANNA' }), makeRecord('t', { value: 'REFUSED-BERT' })]);
    await spool.append([makeRecord('t', { value: 'WAITS-ANNA' }), makeRecord('t', { value: 'WAITS-BERT' })]);
    await until(async () => (await spool.lag()).parked === 2);
    await spool.close();
    const erase = (dryRun: boolean) =>
      eraseFromJournal({ dataDir, dryRun, matches: ({ value }) => value.endsWith('ANNA') });
    expect(erase(true)).toMatchObject({ byTopic: { t: 2 } });
    expect(erase(false)).toMatchObject({ byTopic: { t: 2 } });
    expect(erase(false)).toMatchObject({ byTopic: {} });
    for (const name of readdirSync(dataDir)) expect(readFileSync(join(dataDir, name)).includes('ANNA')).toBe(false);
    const later = standIn(() => null);
    const again = await openWith(dataDir, later.writer);
    await again.caughtUp();
    expect(later.taken.map(({ value }) => value)).toEqual(['WAITS-BERT']);
    expect((await again.lag()).parked).toBe(1);
    await again.close();
  });
});

it('repeats no record before a failing topic, however often it is stopped', async () => {
  await withDataDir(async (dataDir) => {
    const filling = standIn(({ topic }) => (topic === 'open' ? null : AWAY));
    const spool = await openWith(dataDir, filling.writer);
    const topics = ['blocked', 'open', 'later', 'open', 'later', 'blocked'];
    await spool.append(topics.map((topic, n) => makeRecord(topic, { value: String(n) })));
    await until(() => filling.calls.length > 2);
    await spool.close();
    // A second run moves another topic on, the third all that is left.
    const second = standIn(({ topic }) => (topic === 'blocked' ? AWAY : null));
    const again = await openWith(dataDir, second.writer);
    await until(() => second.calls.length > 2);
    await again.close();
    const third = standIn(() => null);
    const last = await openWith(dataDir, third.writer);
    await last.caughtUp();
    await last.close();
    expect([filling, second, third].map(({ taken }) => numbers(taken))).toEqual([
      [1, 3],
      [2, 4],
      [0, 5],
    ]);
  });
});

it('says so when it cannot read what it should forward', async () => {
  await withDataDir(async (dataDir) => {
    const away = standIn(() => AWAY);
    const spool = await openWith(dataDir, away.writer);
    await spool.append([makeRecord('t')]);
    await spool.close();
    const database = new DatabaseSync(journalFile(dataDir));
    database.exec("UPDATE records SET headers = '#'");
    database.close();
    const kafka = standIn(() => null);
    const again = await openWith(dataDir, kafka.writer);
    const warnings = [expect.stringContaining('could not read the journal')];
    await until(async () => JSON.stringify(await again.readiness()).includes('could not'));
    expect(await again.readiness()).toMatchObject({ ready: true, warnings });
    await again.close();
  });
});

it('is 503 when it is full, and takes records again once Kafka took some; its file stays within the bound', async () => {
  await withDataDir(async (dataDir) => {
    const maxBytes = 4 * 1024 * 1024;
    let away = true;
    const kafka = standIn(() => (away ? AWAY : null));
    const spool = await openWith(dataDir, kafka.writer, { maxBytes, reserveBytes: 256 * 1024 });
    let stored = 0;
    const fill = async () => {
      for (;;) {
        const value = `${stored}`;
        const record = makeRecord('t', { value, headers: { padding: 'x'.repeat(20_000) } });
        try {
          await spool.append([record]);
        } catch (error) {
          return error;
        }
        stored += 1;
      }
    };
    expect(await fill()).toMatchObject({ code: 'store_full', message: expect.stringContaining('SPOOL_MAX_BYTES') });
    expect(stored).toBeGreaterThan(100);
    await until(async () => !(await spool.readiness()).ready);
    expect(await spool.readiness()).toMatchObject({ reason: expect.stringContaining('SPOOL_MAX_BYTES') });
    const before = stored;
    away = false;
    await spool.caughtUp();
    await until(async () => (await spool.readiness()).ready);
    away = true;
    await fill();
    expect(stored).toBeGreaterThan(before + 100);
    away = false;
    await spool.caughtUp();
    expect(numbers(kafka.taken)).toEqual(Array.from({ length: stored }, (_, n) => n));
    await spool.close();
    expect(statSync(journalFile(dataDir)).size).toBeLessThanOrEqual(maxBytes);
  });
});

it('remembers the ids of what is in Kafka', async () => {
  await withDataDir(async (dataDir) => {
    const kafka = standIn(() => null);
    const record = makeRecord('t');
    for (let round = 0; round < 2; round += 1) {
      const spool = await openWith(dataDir, kafka.writer);
      await spool.append([record]);
      await spool.caughtUp();
      await spool.append([record]);
      await spool.close();
    }
    expect(kafka.taken).toHaveLength(1);
  });
});

it('counts a backlog it finds at its start, and forwards one of many batches', async () => {
  await withDataDir(async (dataDir) => {
    const away = standIn(() => AWAY);
    const first = await openWith(dataDir, away.writer);
    const values = Array.from({ length: 7_000 }, (_, n) => String(n));
    for (let at = 0; at < values.length; at += 50)
      await Promise.all(values.slice(at, at + 50).map((value) => first.append([makeRecord('t', { value })])));
    const lag = await first.lag();
    await first.close();
    const kafka = standIn(() => null);
    const slow = standIn(() => AWAY);
    const waiting = await openWith(dataDir, slow.writer);
    await until(async () => (await waiting.lag()).counted);
    expect(await waiting.lag()).toMatchObject({ records: 7_000, bytes: lag.bytes });
    await waiting.close();
    const spool = await openWith(dataDir, kafka.writer);
    await spool.caughtUp();
    expect(kafka.taken.map(({ value }) => value)).toEqual(values);
    expect(await spool.lag()).toMatchObject({ records: 0, bytes: 0 });
    // Large batches: what is durable already costs Kafka few requests.
    expect(kafka.calls.length).toBeLessThan(20);
    await spool.close();
  });
});
