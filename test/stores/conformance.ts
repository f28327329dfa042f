/** What every store promises, as tests: run against the journal and against Kafka, which keeps the two alike. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord, ReadFrom, ReadRecords } from '../../src/records/record.ts';
import type { Store } from '../../src/stores/store.ts';
import { until } from '../support/until.ts';
import { makeRecord } from './make-record.ts';
import { readAll, valuesOf } from './read-all.ts';

export interface OpenedStore {
  readonly store: Store;
  readonly read: ReadRecords;
  /** A topic nobody wrote to yet, ready to be written. */
  readonly topic: () => string | Promise<string>;
  /** Closes the store and opens it again on the same data. */
  readonly reopen: () => Promise<OpenedStore>;
  /** Closes everything and removes what was stored. */
  readonly dispose: () => Promise<void>;
}

export interface StoreUnderTest {
  readonly name: string;
  readonly open: () => Promise<OpenedStore>;
  /** False where ids are remembered in memory only. */
  readonly remembersWhenReopened: boolean;
}

export function describeStore({ name, open, remembersWhenReopened }: StoreUnderTest): void {
  describe(`${name} as a store`, () => {
    let opened: OpenedStore;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.dispose());

    it('gives back topic, key, headers, value and timestamp as they were appended', async () => {
      const topic = await opened.topic();
      const record = makeRecord(topic, {
        headers: { 'content-type': 'application/cloudevents+json', ce_subject: 'Zoë 😀', empty: '' },
        value: `${JSON.stringify({ name: 'Zoë 😀 \u2028', escaped: '\u0001', quote: '"' })} \u0000 after it`,
        timestampMs: Date.now() - 1234,
      });
      await opened.store.append([record]);
      const [stored, ...others] = await readAll(opened.read, topic);
      const { key, headers, value, timestampMs } = record;
      expect({ ...stored }).toEqual({
        topic,
        partition: expect.any(Number),
        offset: expect.stringMatching(/^\d+$/),
        key,
        headers,
        value,
        timestampMs,
      });
      expect(others).toEqual([]);
    });

    it('keeps the order within a key across concurrent appends', async () => {
      const topic = await opened.topic();
      const keys = ['a', 'b', 'c'];
      const appends: Promise<void>[] = [];
      for (let n = 0; n < 100; n += 1)
        appends.push(opened.store.append(keys.map((key) => makeRecord(topic, { key, value: String(n) }))));
      await Promise.all(appends);
      const stored = await readAll(opened.read, topic);
      expect(stored).toHaveLength(300);
      for (const key of keys) {
        const ofKey = stored.filter((record) => record.key === key);
        expect(valuesOf(ofKey)).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
        expect(new Set(ofKey.map(({ partition }) => partition)).size).toBe(1);
        const offsets = ofKey.map(({ offset }) => BigInt(offset));
        expect(offsets.every((offset, n) => n === 0 || offset > (offsets[n - 1] ?? 0n))).toBe(true);
      }
    });

    it('stores an id once: twice in one append, at the same time, and one after the other', async () => {
      const topic = await opened.topic();
      const record = makeRecord(topic);
      const other = makeRecord(topic);
      await Promise.all([opened.store.append([record, record]), opened.store.append([other, record])]);
      await opened.store.append([record]);
      const stored = await readAll(opened.read, topic);
      expect(valuesOf(stored).sort()).toEqual([record.value, other.value].sort());
    });

    it('stores a repeatable record each time', async () => {
      const topic = await opened.topic();
      const record = makeRecord(topic, { repeatable: true });
      await Promise.all([opened.store.append([record]), opened.store.append([record])]);
      await opened.store.append([record]);
      expect(valuesOf(await readAll(opened.read, topic))).toEqual([record.value, record.value, record.value]);
    });

    it('stores a repaired record each time and its id for deduplication: a later duplicate is not stored', async () => {
      const topic = await opened.topic();
      const record = makeRecord(topic);
      const repaired: OutgoingRecord = { ...record, repeatable: true, remembered: true, value: '"repaired"' };
      await opened.store.append([repaired]);
      await opened.store.append([record]);
      await opened.store.append([repaired, makeRecord(topic, { value: '"other"' }), record]);
      expect(valuesOf(await readAll(opened.read, topic))).toEqual(['"repaired"', '"repaired"', '"other"']);
    });

    it('accepts an append of 1,000 records, and an empty one', async () => {
      const topic = await opened.topic();
      const records = Array.from({ length: 1000 }, (_, n) => makeRecord(topic, { value: `${n} ${'x'.repeat(1000)}` }));
      await opened.store.append(records);
      await opened.store.append([]);
      expect(valuesOf(await readAll(opened.read, topic))).toEqual(records.map(({ value }) => value));
    });

    it('takes a value of 3 MB', async () => {
      const topic = await opened.topic();
      const value = JSON.stringify({ text: 'é'.repeat(1_500_000) });
      await opened.store.append([makeRecord(topic, { value })]);
      const [stored] = await readAll(opened.read, topic);
      expect(stored?.value === value).toBe(true);
    });

    it('takes a null key', async () => {
      const topic = await opened.topic();
      await opened.store.append([makeRecord(topic, { key: null })]);
      expect((await readAll(opened.read, topic)).map(({ key }) => key)).toEqual([null]);
    });

    it('takes several topics in one append and reads them together', async () => {
      const [one, two, unread] = [await opened.topic(), await opened.topic(), await opened.topic()];
      const records = [makeRecord(one), makeRecord(two), makeRecord(unread), makeRecord(one)];
      await opened.store.append(records);
      const seen: string[] = [];
      for await (const { topic, value } of opened.read({ topics: [one, two], from: 'start', follow: false }))
        seen.push(`${topic} ${value}`);
      const expected = records.filter(({ topic }) => topic !== unread).map(({ topic, value }) => `${topic} ${value}`);
      expect(seen.sort()).toEqual(expected.sort());
    });

    it('reads from the start, from the end and from a time, and ends when it does not follow', async () => {
      const topic = await opened.topic();
      const startedMs = Date.now();
      const times = [30_000, 20_000, 10_000].map((ageMs) => startedMs - ageMs);
      for (const timestampMs of times)
        await opened.store.append([makeRecord(topic, { timestampMs, value: `${timestampMs}` })]);
      const since = async (from: ReadFrom) => valuesOf(await readAll(opened.read, topic, from));
      expect(await since('start')).toEqual(times.map(String));
      expect(await since({ timestampMs: startedMs - 20_000 })).toEqual(times.slice(1).map(String));
      expect(await since({ timestampMs: startedMs - 19_999 })).toEqual(times.slice(2).map(String));
      expect(await since({ timestampMs: startedMs + 60_000 })).toEqual([]);
      expect(await since('end')).toEqual([]);
    });

    it('follows: gives what was there, then what is appended, until it is aborted', async () => {
      const topic = await opened.topic();
      const stop = new AbortController();
      await opened.store.append([makeRecord(topic, { value: 'before' })]);
      const seen: string[] = [];
      const options = { topics: [topic], from: 'start', follow: true, signal: stop.signal } as const;
      for await (const { value } of opened.read(options)) {
        seen.push(value);
        if (value === 'before') await opened.store.append([makeRecord(topic, { value: 'during' })]);
        // An idle reader has to notice the abort by itself.
        else setTimeout(() => stop.abort(), 50);
      }
      expect(seen).toEqual(['before', 'during']);
    });

    it('follows from the end: returns only later records', async () => {
      const topic = await opened.topic();
      await opened.store.append([makeRecord(topic, { value: 'old' })]);
      const stop = new AbortController();
      const follow = async () => {
        const options = { topics: [topic], from: 'end', follow: true, signal: stop.signal } as const;
        const seen: string[] = [];
        for await (const { value } of opened.read(options)) {
          seen.push(value);
          stop.abort();
        }
        return seen;
      };
      const following = follow();
      // When the reader has found the end cannot be seen from here, so new records come until it gives one.
      await until(async () => {
        await opened.store.append([makeRecord(topic, { value: 'new' })]);
        return stop.signal.aborted;
      });
      expect(await following).toEqual(['new']);
    });

    it('ends at once and without an error when the signal is aborted already', async () => {
      const topic = await opened.topic();
      await opened.store.append([makeRecord(topic)]);
      const options = { topics: [topic], from: 'start', follow: true, signal: AbortSignal.abort() } as const;
      for await (const record of opened.read(options)) throw new Error(`read ${record.value}`);
    });

    it('lets a reader leave early', async () => {
      const topic = await opened.topic();
      const record = makeRecord(topic);
      await opened.store.append([record, makeRecord(topic)]);
      for await (const { value } of opened.read({ topics: [topic], from: 'start', follow: true })) {
        expect(value).toBe(record.value);
        break;
      }
    });

    it('is ready', async () => {
      expect(await opened.store.readiness()).toMatchObject({ ready: true });
    });

    it('waits for writes under way when it closes, refuses later ones, and has them when it is opened again', async () => {
      const closing = await open();
      const topic = await closing.topic();
      const record = makeRecord(topic);
      const underWay = closing.store.append([record]);
      const closed = closing.store.close();
      await expect(closing.store.append([makeRecord(topic)])).rejects.toMatchObject({ code: 'shutting_down' });
      await closed;
      await expect(underWay).resolves.toBeUndefined();
      await closing.store.close();
      expect(await closing.store.readiness()).toMatchObject({ ready: false, reason: expect.any(String) });

      const again = await closing.reopen();
      try {
        if (remembersWhenReopened) await again.store.append([record]);
        expect(valuesOf(await readAll(again.read, topic))).toEqual([record.value]);
        await again.store.append([makeRecord(topic, { value: 'later' })]);
        expect(valuesOf(await readAll(again.read, topic))).toEqual([record.value, 'later']);
      } finally {
        await again.dispose();
      }
    });
  });
}
