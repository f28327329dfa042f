import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HubcastError } from '../../src/core/errors.ts';
import { createSharedWrites, type SharedWritesOptions } from '../../src/stores/group-commit.ts';
import type { Write } from '../../src/stores/open-requests.ts';
import { makeRecord } from './make-record.ts';

const clocks: { ms: number }[] = [];
// What a failed test left waiting times out, so that the suite ends.
afterEach(() => {
  for (const clock of clocks.splice(0)) clock.ms = Number.MAX_SAFE_INTEGER;
});

/** A store whose writes end when the test says so. */
function heldStore(changes: Partial<SharedWritesOptions> = {}) {
  const groups: { readonly writes: readonly Write[]; readonly end: (error?: unknown) => void }[] = [];
  const clock = { ms: 1000 };
  clocks.push(clock);
  const writes = createSharedWrites({
    writeGroup: (group) =>
      new Promise((resolve, reject) => {
        const end = (error?: unknown) => {
          if (error !== undefined) return reject(error);
          for (const { settle } of group) settle();
          resolve();
        };
        groups.push({ writes: group, end });
      }),
    writeTimeoutMs: 4000,
    maxGroupSize: 10_000,
    dedupeIds: 0,
    now: () => clock.ms,
    ...changes,
  });
  /** Waits for group `n` to be under way. */
  const group = async (n: number) => {
    for (let tries = 0; tries < 200 && groups[n] === undefined; tries += 1) await sleep(5);
    const found = groups[n];
    if (found === undefined) throw new Error(`There is no group ${n}, only ${groups.length}.`);
    return found;
  };
  const idsOf = async (n: number) => (await group(n)).writes.flatMap(({ records }) => records.map(({ id }) => id));
  return { ...writes, groups, group, idsOf, clock };
}

describe('shared writes', () => {
  it('writes together what waits while a write is in flight', async () => {
    const store = heldStore();
    const [a, b, c] = [makeRecord('t'), makeRecord('t'), makeRecord('t')];
    const first = store.append([a]);
    const { end } = await store.group(0);
    const later = [store.append([b]), store.append([c])];
    expect(store.waiting()).toBe(2);
    end();
    await first;
    expect(await store.idsOf(1)).toEqual([b.id, c.id]);
    (await store.group(1)).end();
    await Promise.all(later);
    expect(store.groups).toHaveLength(2);
  });

  it('shares a write also after one that was larger than a group', async () => {
    const store = heldStore();
    const large = store.append([makeRecord('t', { value: 'x'.repeat(50_000) })]);
    (await store.group(0)).end();
    await large;
    await sleep(1);
    const [a, b] = [makeRecord('t'), makeRecord('t')];
    const both = [store.append([a])];
    await jobs();
    both.push(store.append([b]));
    expect(await store.idsOf(1)).toEqual([a.id, b.id]);
    (await store.group(1)).end();
    await Promise.all(both);
  });

  it('settles a write that waited beyond its deadline: the store can be drained', async () => {
    const store = heldStore();
    const first = store.append([makeRecord('t')]);
    await store.group(0);
    const late = store.append([makeRecord('t')]);
    store.clock.ms += 5_000;
    await expect(late).rejects.toMatchObject({ code: 'write_timed_out' });
    await expect(first).rejects.toMatchObject({ code: 'write_timed_out' });
    (await store.group(0)).end();
    await store.drain();
    expect(store.groups).toHaveLength(1);
  });

  it('closes a group before it exceeds its size, and lets one large write through alone', async () => {
    const store = heldStore();
    const large = makeRecord('t', { value: 'x'.repeat(50_000) });
    const small = [makeRecord('t'), makeRecord('t')];
    const appends = [store.append([large]), ...small.map((record) => store.append([record]))];
    (await store.group(0)).end();
    (await store.group(1)).end();
    await Promise.all(appends);
    expect(await store.idsOf(0)).toEqual([large.id]);
    expect(await store.idsOf(1)).toEqual(small.map(({ id }) => id));
  });

  /** Whatever can be done before the loop turns. */
  const jobs = async () => {
    for (let job = 0; job < 20; job += 1) await Promise.resolve();
  };

  it.each([
    ['64 requests', {}, 64, 1],
    ['half of the requests that are let in', { maxRequests: 10 }, 5, 1],
    ['half of the records that may be under way', { maxRecords: 12 }, 2, 3],
    ['as much as a group may hold', { maxGroupSize: 2000 }, 2, 1],
  ])('gathers for a turn of the loop, no longer than until %s wait', async (_about, limits, requests, records) => {
    const store = heldStore({ maxGroupSize: 1_000_000, ...limits });
    const request = () =>
      store.append(Array.from({ length: records }, () => makeRecord('t', { value: 'x'.repeat(1000) })));
    const appends = Array.from({ length: requests - 1 }, request);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await jobs();
    expect({ groups: store.groups.length, turned }).toEqual({ groups: 0, turned: false });
    appends.push(request());
    await jobs();
    expect({ groups: store.groups.length, turned }).toEqual({ groups: 1, turned: false });
    let done = false;
    void Promise.all(appends).then(() => {
      done = true;
    });
    while (!done) {
      for (const { end } of store.groups) end();
      await sleep(1);
    }
  });

  it('lets the loop turn between two writes where it is told to, and no longer than until there is enough', async () => {
    const store = heldStore({ maxGroupSize: 1_000_000, turnsBetween: 2 });
    const appends = [store.append([makeRecord('t')])];
    const { end } = await store.group(0);
    appends.push(store.append([makeRecord('t')]));
    end();
    let turns = 0;
    const count = () => {
      turns += 1;
      if (store.groups.length < 2) setImmediate(count);
    };
    setImmediate(count);
    (await store.group(1)).end();
    expect(turns).toBeGreaterThanOrEqual(2);
    appends.push(store.append([makeRecord('t')]));
    await store.group(2);
    appends.push(...Array.from({ length: 64 }, () => store.append([makeRecord('t')])));
    store.groups[2]?.end();
    await jobs();
    expect(store.groups).toHaveLength(4);
    store.groups[3]?.end();
    await Promise.all(appends);
  });

  it('joins an id whose write is under way, and shares its outcome', async () => {
    const store = heldStore();
    const [record, other] = [makeRecord('t'), makeRecord('t')];
    const first = store.append([record]);
    const { end } = await store.group(0);
    const joined = store.append([record, other]);
    const both = Promise.allSettled([first, joined]);
    end(new HubcastError('store_full', 'full'));
    expect(await store.idsOf(1)).toEqual([other.id]);
    (await store.group(1)).end();
    expect((await both).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual([
      'store_full',
      'store_full',
    ]);
  });

  it('writes an id again after its write failed', async () => {
    const store = heldStore({ dedupeIds: 10 });
    const record = makeRecord('t');
    const first = store.append([record]);
    (await store.group(0)).end(new Error('disk on fire'));
    await expect(first).rejects.toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('fire') });
    const second = store.append([record]);
    (await store.group(1)).end();
    await second;
  });

  it('writes a duplicate id in one append once, and one without deduplication twice', async () => {
    const store = heldStore();
    const record = makeRecord('t');
    const repeatable = makeRecord('t', { repeatable: true });
    const appended = store.append([record, record, repeatable, repeatable]);
    expect(await store.idsOf(0)).toEqual([record.id, repeatable.id, repeatable.id]);
    (await store.group(0)).end();
    await appended;
  });

  it('keeps the configured number of stored ids, and drops the oldest', async () => {
    const store = heldStore({ dedupeIds: 4 });
    const records = Array.from({ length: 6 }, () => makeRecord('t'));
    for (const [n, record] of records.entries()) {
      const appended = store.append([record]);
      (await store.group(n)).end();
      await appended;
    }
    await store.append(records.slice(-2));
    expect(store.groups).toHaveLength(6);
    const forgotten = store.append(records.slice(0, 1));
    (await store.group(6)).end();
    await forgotten;
  });

  it('gives up at the deadline, drops writes without a waiting request, and continues when the store answers', async () => {
    const store = heldStore();
    const stuck = makeRecord('t');
    const first = store.append([stuck]);
    const { end } = await store.group(0);
    const queued = [store.append([makeRecord('t')]), store.append([makeRecord('t')])];
    const outcomes = Promise.allSettled([first, ...queued]);
    store.clock.ms += 4000;
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'write_timed_out' } });
    expect(store.waiting()).toBe(0);
    // Still under way: a repeated delivery joins it.
    const again = store.append([stuck]);
    end();
    await again;
    expect(store.groups).toHaveLength(1);
  });

  it('settles a write the store left open', async () => {
    const writes = createSharedWrites({
      writeGroup: () => Promise.resolve(),
      writeTimeoutMs: 4000,
      maxGroupSize: 10_000,
      dedupeIds: 0,
      now: () => 0,
    });
    await expect(writes.append([makeRecord('t')])).rejects.toMatchObject({ code: 'internal' });
  });

  it('fails only the write that the store refuses', async () => {
    const store = heldStore();
    const [good, bad] = [store.append([makeRecord('t')]), store.append([makeRecord('t')])];
    const refused = expect(bad).rejects.toMatchObject({ code: 'record_refused' });
    const group = await store.group(0);
    group.writes[1]?.settle(new HubcastError('record_refused', 'too large'));
    group.end();
    await good;
    await refused;
  });

  it('drains: refuses what is new, and waits for what is under way and queued', async () => {
    const store = heldStore();
    const first = store.append([makeRecord('t')]);
    const { end } = await store.group(0);
    const queued = store.append([makeRecord('t')]);
    let drained = false;
    const drain = store.drain().then(() => {
      drained = true;
    });
    await expect(store.append([makeRecord('t')])).rejects.toMatchObject({ code: 'shutting_down' });
    end();
    await first;
    expect(drained).toBe(false);
    (await store.group(1)).end();
    await Promise.all([queued, drain]);
  });
});
