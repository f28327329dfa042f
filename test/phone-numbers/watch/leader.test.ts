/** The leader by itself, over a store in memory that can fail, and lists that a test gives. */
import { EventEmitter, once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Snapshot } from '../../../src/phone-numbers/look-ups/account-list.ts';
import { createAccountList } from '../../../src/phone-numbers/look-ups/account-list.ts';
import { keepState, MAX_READS_PER_HOUR } from '../../../src/phone-numbers/watch/leader.ts';
import type { OutgoingRecord, Positions, ReadOptions, StoredRecord } from '../../../src/records/record.ts';
import { writtenRecords } from '../../../src/sdk/testing/records-of.ts';
import type { Lease } from '../../../src/stores/lease.ts';
import { until } from '../../support/until.ts';

const ACCOUNT = '102290129340398';
const OTHER_ACCOUNT = '102290129340399';
const STATE = 'whatsapp.phone-number-state';
const DELIVERY_ID = '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162';
const EVENTS = ['whatsapp.phone-numbers', 'whatsapp.accounts'];
const number = (more: object = {}) => ({
  id: '106540352242922',
  display_phone_number: '+1 631-555-5555',
  quality_rating: 'GREEN',
  status: 'CONNECTED',
  ...more,
});
type GivenNumber = ReturnType<typeof number>;

let seconds = Math.floor(Date.now() / 1000);
/** As a service would store them; each a second after the one before. */
function pinEvents(events: readonly string[], account: string): readonly OutgoingRecord[] {
  return events.flatMap((event) => {
    seconds += 1;
    const value = { display_phone_number: '16315555555', event };
    const entry = [{ id: account, time: seconds, changes: [{ field: 'security', value }] }];
    const delivery = { app: 'main', deliveryId: DELIVERY_ID, receivedMs: Date.now() };
    return writtenRecords({ object: 'whatsapp_business_account', entry }, delivery);
  });
}

const running: AbortController[] = [];
afterEach(() => {
  for (const end of running.splice(0)) end.abort();
});

/** A topic log of one partition each. `fail` decides what becomes of a write. */
function memoryStore() {
  const records: StoredRecord[] = [];
  const grown = new EventEmitter();
  grown.setMaxListeners(0);
  const store = {
    records,
    /** 'before' stores nothing and fails, 'after' stores and fails all the same: nobody knows which. */
    fail: (_records: readonly OutgoingRecord[]): 'before' | 'after' | null => null,
    async append(given: readonly OutgoingRecord[]): Promise<void> {
      const failure = store.fail(given);
      if (failure === 'before') throw new Error('the broker is away');
      for (const { id: _id, repeatable: _repeatable, ...record } of given) {
        const offset = records.filter(({ topic }) => topic === record.topic).length;
        records.push({ ...record, partition: 0, offset: String(offset) });
      }
      grown.emit('records');
      if (failure === 'after') throw new Error('no answer in time');
    },
    async *read({ topics, from, follow, signal }: ReadOptions): AsyncIterable<StoredRecord> {
      const positions: Positions = typeof from === 'object' && 'positions' in from ? from.positions : new Map();
      for (let index = 0; signal?.aborted !== true; ) {
        const record = records[index];
        if (record !== undefined) {
          index += 1;
          const first = Number(positions.get(`${record.topic}/0`) ?? 0);
          if (topics.includes(record.topic) && Number(record.offset) >= first) yield record;
        } else if (!follow) return;
        else await once(grown, 'records', signal === undefined ? {} : { signal }).catch(() => undefined);
      }
    },
    ofType: (type: string) =>
      records
        .filter(({ headers }) => headers.ce_type === type)
        .map(({ key, value }) => ({ key, ...JSON.parse(value) })),
  };
  return store;
}

interface Setup {
  readonly accountIds?: readonly string[];
  readonly readsLately?: () => number;
  readonly positions?: (topics: readonly string[]) => Promise<Positions>;
  readonly generation?: number;
}

function leaderOver(store: ReturnType<typeof memoryStore>, setup: Setup = {}) {
  const { accountIds = [ACCOUNT], readsLately = () => 0, positions = async () => new Map(), generation = 1 } = setup;
  const given = new Map<string, readonly GivenNumber[]>(accountIds.map((id) => [id, []]));
  const lists = new Map<string, Snapshot>();
  const asked: string[] = [];
  const committed: Positions[] = [];
  const warned: string[] = [];
  const end = new AbortController();
  running.push(end);
  let valid = true;
  const lease: Lease = {
    generation,
    signal: end.signal,
    isValid: () => valid,
    positions,
    commit: async (at) => void committed.push(at),
  };
  const ended = keepState(
    {
      accountIds,
      intervalMs: 20,
      rewriteAfterMs: null,
      shared: true,
      readsLately,
      async readList(accountId) {
        asked.push(accountId);
        const list = createAccountList({ accountId, list: async () => given.get(accountId) ?? [], now: Date.now });
        lists.set(accountId, (await list.read({ maxAgeMs: 0, digits: null })).snapshot);
      },
      lastList: (accountId) => lists.get(accountId) ?? null,
      onEvent: () => undefined,
      read: store.read,
      append: store.append,
      stateTopic: STATE,
      eventTopics: EVENTS,
      recordOptions: () => ({
        naming: { prefix: 'whatsapp', names: {} },
        app: 'main',
        nowMs: Date.now(),
        deliveryId: DELIVERY_ID,
      }),
      now: Date.now,
      log: { info: () => undefined, warn: (about, text) => void warned.push(`${text} ${JSON.stringify(about)}`) },
    },
    lease,
  );
  return {
    asked,
    committed,
    warned,
    lists: (accountId: string, numbers: readonly GivenNumber[]) => void given.set(accountId, numbers),
    losesHold() {
      valid = false;
    },
    isChosenAgain() {
      valid = true;
    },
    async end() {
      end.abort();
      return ended;
    },
  };
}

const listOf = (store: ReturnType<typeof memoryStore>) => store.ofType('whatsapp.phone_number.list');
const changesOf = (store: ReturnType<typeof memoryStore>) => store.ofType('whatsapp.phone_number.changed');

describe('the leader', () => {
  it.each([
    ['nothing is stored', 'before'],
    ['it is stored, and nobody says so', 'after'],
  ] as const)('writes a change until it is confirmed, under one id, and the state after it: %s', async (_, failure) => {
    const store = memoryStore();
    const leader = leaderOver(store);
    leader.lists(ACCOUNT, [number()]);
    await until(() => listOf(store).length === 1);
    let failures = 0;
    const tried: string[] = [];
    store.fail = (records) => {
      tried.push(String(records[0]?.headers.ce_type));
      failures += 1;
      return failures <= 2 ? failure : null;
    };
    leader.lists(ACCOUNT, [number({ quality_rating: 'RED' })]);
    await until(() => store.ofType('whatsapp.phone_number.state').length === 2);
    expect(tried).toEqual([...Array(3).fill('whatsapp.phone_number.changed'), 'whatsapp.phone_number.state']);
    expect(new Set(changesOf(store).map(({ id }) => id)).size).toBe(1);
    expect(store.ofType('whatsapp.phone_number.state').at(-1)?.data.state.quality_rating).toBe('RED');
    await leader.end();
  });

  it('publishes the same change under the same id after a leader stopped between change and state', async () => {
    const store = memoryStore();
    const first = leaderOver(store);
    first.lists(ACCOUNT, [number()]);
    await until(() => listOf(store).length === 1);
    store.fail = (records) => (records[0]?.topic === STATE ? 'before' : null);
    first.lists(ACCOUNT, [number({ quality_rating: 'RED' })]);
    await until(() => changesOf(store).length === 1);
    await first.end();
    store.fail = () => null;
    const second = leaderOver(store, { generation: 2 });
    second.lists(ACCOUNT, [number({ quality_rating: 'RED' })]);
    await until(() => changesOf(store).length === 2);
    expect(new Set(changesOf(store).map(({ id }) => id)).size).toBe(1);
    await until(() => store.ofType('whatsapp.phone_number.state').at(-1)?.data.generation === 2);
    await second.end();
  });

  it.each(['4503599627370497', '9007199254740993', '-1', '1e3', 'Infinity', ''])(
    'refuses a state record of generation "%s", says so and writes it over, before its start and after',
    async (generation) => {
      const store = memoryStore();
      const first = leaderOver(store);
      first.lists(ACCOUNT, [number()]);
      await until(() => store.ofType('whatsapp.phone_number.state').length === 1);
      const last = () => store.records.filter(({ topic, key }) => topic === STATE && key?.includes(':')).at(-1);
      const own = last();
      if (own === undefined) throw new Error('a state was written');
      const strange = { ...own, id: 'f'.repeat(32), repeatable: true, headers: { ...own.headers, generation } };
      const isWrittenOver = () => last()?.headers.generation !== generation && last()?.value !== '';

      await store.append([strange]);
      await until(isWrittenOver);
      expect(first.warned.join()).toContain('has no generation that a leader can have');
      await first.end();

      await store.append([strange]);
      const second = leaderOver(store, { generation: 2 });
      second.lists(ACCOUNT, [number()]);
      await until(isWrittenOver);
      expect(second.warned.join()).toContain('has no generation that a leader can have');
      expect(Number(last()?.headers.generation)).toBe(2);
      await second.end();
    },
  );

  it('stops writing as soon as another replica may hold the lease', async () => {
    const store = memoryStore();
    const leader = leaderOver(store);
    leader.lists(ACCOUNT, [number()]);
    await until(() => listOf(store).length === 1);
    const written = store.records.length;
    const asked = leader.asked.length;
    leader.losesHold();
    leader.lists(ACCOUNT, [number({ quality_rating: 'RED' })]);
    await until(() => leader.asked.length > asked);
    await leader.end();
    expect(store.records).toHaveLength(written);
  });

  it('waits while the replicas choose again, and goes on with lists, events and repairs when it is chosen', async () => {
    const store = memoryStore();
    const leader = leaderOver(store);
    leader.lists(ACCOUNT, [number()]);
    await until(() => listOf(store).length === 1);
    leader.losesHold();
    leader.lists(ACCOUNT, [number({ quality_rating: 'RED' })]);
    await store.append(pinEvents(['PIN_CHANGED'], ACCOUNT));
    const asked = leader.asked.length;
    await until(() => leader.asked.length > asked);
    const written = store.records.length;
    expect(changesOf(store)).toHaveLength(0);
    leader.isChosenAgain();
    await until(() => changesOf(store).length > 0);
    leader.lists(ACCOUNT, [number({ quality_rating: 'YELLOW' })]);
    await store.append(pinEvents(['PIN_RESET_REQUEST'], ACCOUNT));
    const told = () => changesOf(store).flatMap(({ data }) => data.changed);
    await until(() => told().filter((name) => name === 'quality_rating').length === 2);
    await until(() => told().includes('pin_reset_requested'));
    expect(store.records.length).toBeGreaterThan(written);
    await leader.end();
  });

  it('publishes that a number moved to another account, and removes it from the first', async () => {
    const store = memoryStore();
    const leader = leaderOver(store, { accountIds: [ACCOUNT, OTHER_ACCOUNT] });
    leader.lists(ACCOUNT, [number()]);
    await until(() => listOf(store).length === 2);
    leader.lists(OTHER_ACCOUNT, [number({ id: '9010077509033461', status: 'PENDING' })]);
    await until(() => changesOf(store).length === 1);
    leader.lists(ACCOUNT, []);
    await until(() => changesOf(store).length === 2);
    const digits = '16315555555';
    expect(changesOf(store)).toMatchObject([
      {
        key: `${OTHER_ACCOUNT}:${digits}`,
        data: { before: null, after: { id: '9010077509033461', status: 'PENDING' } },
      },
      { key: `${ACCOUNT}:${digits}`, data: { before: { id: '106540352242922' }, after: null } },
    ]);
    await until(() => store.records.some(({ key, value }) => key === `${ACCOUNT}:${digits}` && value === ''));
    const view = await leader.end();
    expect(view.peek(ACCOUNT, digits)).toEqual({ id: null, known: false });
    expect(view.peek(OTHER_ACCOUNT, digits)).toEqual({ id: '9010077509033461', known: true });
  });

  it('continues at the position of the previous leader, and commits its own', async () => {
    const store = memoryStore();
    const told = pinEvents(['PIN_CHANGED', 'PIN_RESET_REQUEST'], ACCOUNT);
    await store.append(told);
    const leader = leaderOver(store, {
      positions: async (topics) => new Map(topics.map((topic) => [`${topic}/0`, '1'])),
    });
    leader.lists(ACCOUNT, [number()]);
    await until(() => changesOf(store).length === 1);
    expect(changesOf(store)[0]?.data).toMatchObject({
      observed_by: 'webhook',
      event_id: told[1]?.id,
      changed: ['pin_reset_requested'],
    });
    await store.append(pinEvents(['PIN_RESET_SUCCESS'], ACCOUNT));
    await until(() => changesOf(store).length === 2);
    const ends = () => leader.committed.map((at) => Number(at.get('whatsapp.phone-numbers/0')));
    await until(async () => {
      await store.append(pinEvents(['PIN_CHANGED'], '1'));
      return ends().length > 0;
    });
    expect(ends()[0]).toBeGreaterThan(2);
    await leader.end();
  });

  it('stops reading Graph after 180 reads of an account in an hour, and continues when the budget allows it', async () => {
    const store = memoryStore();
    let reads = MAX_READS_PER_HOUR - 3;
    const leader: ReturnType<typeof leaderOver> = leaderOver(store, {
      readsLately: () => reads + leader.asked.length,
    });
    leader.lists(ACCOUNT, [number()]);
    await until(() => leader.asked.length === 3);
    await until(() => listOf(store).length === 1);
    // As many turns as would have asked often.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(leader.asked).toHaveLength(3);
    reads = 0;
    await until(() => leader.asked.length > 3);
    await leader.end();
  });
});
