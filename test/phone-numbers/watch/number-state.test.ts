import { describe, expect, it } from '@jest/globals';
import { createAccountList, type Snapshot } from '../../../src/phone-numbers/look-ups/account-list.ts';
import { applyEvent, newNumber, readNumber, WEBHOOK_COUNTS_MS } from '../../../src/phone-numbers/watch/number-state.ts';
import { toChange } from '../../../src/phone-numbers/watch/state-from-events.ts';
import { applyList, type ListEffect, type Missing } from '../../../src/phone-numbers/watch/state-list.ts';
import {
  readStateRecord,
  toChangedRecord,
  toListRecord,
  toStateRecord,
  toTombstone,
} from '../../../src/phone-numbers/watch/state-records.ts';
import type { AccountView } from '../../../src/phone-numbers/watch/state-view.ts';
import { createStateView } from '../../../src/phone-numbers/watch/state-view.ts';
import type { OutgoingRecord, StoredRecord } from '../../../src/records/record.ts';
import { topicName } from '../../../src/records/topic-plans.ts';
import type { WebhookEvent } from '../../../src/sdk/index.ts';

const ACCOUNT = '102290129340398';
const AT = Date.UTC(2026, 10, 22, 10);
const naming = { prefix: 'whatsapp', names: {} };
const options = (generation = 1) => ({
  naming,
  app: 'main',
  generation,
  nowMs: AT,
  deliveryId: '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162',
});
const number = (index: number, more: object = {}) => ({
  id: String(106540352242922 + index),
  display_phone_number: `+1 631-555-${String(1000 + index)}`,
  quality_rating: 'GREEN',
  status: 'CONNECTED',
  ...more,
});
const digitsOf = (index: number) => `1631555${1000 + index}`;

async function snapshotOf(numbers: readonly ReturnType<typeof number>[], atMs = AT): Promise<Snapshot> {
  const list = createAccountList({ accountId: ACCOUNT, list: async () => numbers, now: () => atMs });
  return (await list.read({ maxAgeMs: 0, digits: null })).snapshot;
}

const stored = (record: OutgoingRecord, offset = 0, partition = 0): StoredRecord => ({
  ...record,
  partition,
  offset: String(offset),
});

/** An account, and what lists do to it. */
function account() {
  const view = createStateView();
  const missing: Missing = new Map();
  const now = (): AccountView => view.account(ACCOUNT) ?? { list: null, numbers: new Map() };
  return {
    view,
    async read(numbers: readonly ReturnType<typeof number>[], atMs = AT): Promise<ListEffect> {
      const effect = applyList(ACCOUNT, now(), await snapshotOf(numbers, atMs), missing);
      for (const read of effect.steps.flat()) view.put(read);
      return effect;
    },
  };
}

const told = ({ changes }: ListEffect) =>
  changes.map(
    ({ before, after }) => `${before?.state.quality_rating ?? 'new'} ${after?.state.quality_rating ?? 'gone'}`,
  );

describe('the lists of an account', () => {
  it('are silent at first, and tell each change once', async () => {
    const { read } = account();
    expect(told(await read([number(1), number(2)]))).toEqual([]);
    expect(told(await read([number(1), number(2, { quality_rating: 'RED' })], AT + 1))).toEqual(['GREEN RED']);
    expect((await read([number(1), number(2, { quality_rating: 'RED' })], AT + 2)).steps.flat()).toEqual([]);
    expect(told(await read([number(1), number(2, { quality_rating: 'RED' }), number(3)], AT + 3))).toEqual([
      'new GREEN',
    ]);
  });

  it('remove a number only after two consecutive lists lack it: an incomplete or empty list removes none', async () => {
    const { view, read } = account();
    const all = [number(1), number(2), number(3)];
    await read(all);
    for (const half of [[number(1)], []]) {
      expect(told(await read(half, AT + 1))).toEqual([]);
      expect(view.peek(ACCOUNT, digitsOf(3))).toEqual({ id: number(3).id, known: true });
      expect(told(await read(all, AT + 2))).toEqual([]);
    }
    // An empty one and half a one are two that do not have it, and say different things.
    expect(told(await read([], AT + 3))).toEqual([]);
    expect(told(await read([number(1), number(2)], AT + 3))).toEqual([]);
    // The same list taken again is no second one.
    expect(told(await read([number(1), number(2)], AT + 3))).toEqual([]);
    expect(told(await read([number(1), number(2)], AT + 4))).toEqual(['GREEN gone']);
    expect(view.peek(ACCOUNT, digitsOf(3))).toEqual({ id: null, known: false });
  });

  it('count on when a number comes back, so that its second end is another event', async () => {
    const { read } = account();
    const ids = new Set<string>();
    await read([number(1), number(2)]);
    for (let round = 1; round <= 3; round += 1) {
      for (const [step, numbers] of [[number(1)], [number(1)], [number(1), number(2)]].entries()) {
        const { changes } = await read(numbers, AT + round * 10 + step);
        for (const change of changes) ids.add(toChangedRecord(change, options()).id);
      }
    }
    expect(ids.size).toBe(6);
  });

  it('keep what Graph leaves out, and take the entry that can send where two have the same digits', async () => {
    const { view, read } = account();
    await read([number(1, { verified_name: 'A' })]);
    const old = number(1, { id: '5', status: 'DELETED', quality_rating: 'UNKNOWN' });
    expect(told(await read([old, number(1)], AT + 1))).toEqual([]);
    expect(view.account(ACCOUNT)?.numbers.get(digitsOf(1))?.state).toMatchObject({
      id: number(1).id,
      verified_name: 'A',
    });
  });
});

describe('what webhooks tell', () => {
  const kept = newNumber(
    { accountId: ACCOUNT, digits: digitsOf(1) },
    { id: '7', verified_name: 'Old' },
    { atMs: AT, after: 0 },
  );
  const named = (name: string, atMs: number, by: string) => ({ members: { verified_name: name }, atMs, by });

  it('applies events by their time, in any order of arrival and with duplicates', () => {
    const events = [named('A', AT + 90_000, 'a'), named('B', AT + 91_000, 'b'), named('C', AT + 91_000, 'c')];
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0, 1, 2, 0],
    ];
    for (const order of orders) {
      const end = order.reduce((state, index) => applyEvent(state, events[index] ?? named('', 0, ''), AT), kept);
      expect(end.state.verified_name).toBe('C');
    }
  });

  it('is older than a list that was read after it, and newer than what Graph says for a while', () => {
    expect(applyEvent(kept, named('Late', AT - WEBHOOK_COUNTS_MS, 'a'), AT)).toBe(kept);
    const approved = applyEvent(kept, named('New', AT + 1000, 'a'), AT);
    expect(readNumber(approved, { id: '7', verified_name: 'Old' }, AT + 2000)).toBe(approved);
    const later = readNumber(approved, { id: '7', verified_name: 'Newer' }, AT + 1000 + WEBHOOK_COUNTS_MS);
    expect(later.state.verified_name).toBe('Newer');
  });

  it('adds restrictions of each kind, and lets them lapse', () => {
    const restricted = (type: string, seconds: number, atMs: number) => ({
      members: { restrictions: [{ type, expires_at: new Date(AT + seconds * 1000).toISOString() }] },
      atMs,
      by: type,
    });
    const one = applyEvent(kept, restricted('B', 60, AT + 2), AT);
    const both = applyEvent(one, restricted('A', 600, AT + 1), AT);
    expect(both.state.restrictions.map(({ type }) => type)).toEqual(['A', 'B']);
    expect(readNumber(both, { id: '7' }, AT + 61_000).state.restrictions).toMatchObject([{ type: 'A' }]);
  });

  it('is read from events, and a ban is lifted by REINSTATE', () => {
    const news = (field: string, value: object, derived?: object) =>
      toChange({
        id: 'e',
        type: `whatsapp.${field}`,
        time: new Date(AT).toISOString(),
        data: { account_id: ACCOUNT, test: false, phone_number: null, value, derived },
      } as unknown as WebhookEvent)?.members;
    expect(news('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: ['DISABLE'] } })).toEqual({
      account_ban: 'DISABLE',
    });
    expect(news('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } })).toEqual({
      account_ban: null,
    });
    expect(news('account_update', { event: 'ACCOUNT_DELETED' })).toEqual({ account_left: 'ACCOUNT_DELETED' });
    expect(news('account_update', { event: 'VERIFIED_ACCOUNT' })).toBeUndefined();
    expect(
      news('account_update', {
        event: 'ACCOUNT_RESTRICTION',
        restriction_info: [{ restriction_type: 'R', expiration: '{expiration}' }],
      }),
    ).toEqual({ restrictions: [{ type: 'R', expires_at: null }] });
    expect(news('security', { event: 'PIN_RESET_REQUEST' })).toEqual({ pin_reset_requested: true });
    const limit = { tier: 'TIER_2K', unique_recipients_per_day: 2000, unlimited: false, scope: 'portfolio' };
    expect(news('business_capability_update', {}, { limit })).toEqual({ limit });
  });
});

describe('state records', () => {
  const kept = newNumber(
    { accountId: ACCOUNT, digits: digitsOf(1) },
    { id: '7', status: 'CONNECTED' },
    { atMs: AT, after: 0 },
  );
  const list = { accountId: ACCOUNT, digits: [digitsOf(1)], removedVersion: 3, readAtMs: AT };

  it('give back what was written', () => {
    const told = applyEvent(kept, { members: { pin_enabled: true }, atMs: AT + 1, by: 'x' }, AT);
    expect(readStateRecord(stored(toStateRecord(told, options(4))))).toEqual({
      generation: 4,
      read: { kind: 'number', number: told },
    });
    expect(readStateRecord(stored(toListRecord(list, options(4))))).toEqual({
      generation: 4,
      read: { kind: 'list', list },
    });
    const gone = { accountId: ACCOUNT, digits: digitsOf(1) };
    expect(toTombstone(gone, options()).value).toBe('');
    expect(readStateRecord(stored(toTombstone(gone, options(4))))).toEqual({
      generation: 4,
      read: { kind: 'gone', ...gone },
    });
  });

  it('are ignored if a replaced leader wrote them late, or another program wrote them', () => {
    const view = createStateView();
    const red = { ...kept, state: { ...kept.state, quality_rating: 'RED' } };
    expect(view.take(stored(toStateRecord(red, options(5)), 1))).toBe(true);
    expect(view.take(stored(toStateRecord(kept, options(4)), 2))).toBe(false);
    expect(view.take(stored(toTombstone({ accountId: ACCOUNT, digits: kept.digits }, options(4)), 3))).toBe(false);
    expect(view.take(stored({ ...toStateRecord(kept, options(6)), value: '{"a":1}' }, 4))).toBe(false);
    expect(view.take(stored({ ...toStateRecord(kept, options(6)), headers: {} }, 5))).toBe(false);
    expect(view.account(ACCOUNT)?.numbers.get(kept.digits)?.state.quality_rating).toBe('RED');
  });

  it('tell nothing of a number before the list was complete, and tell the accounts of the same digits apart', () => {
    const view = createStateView();
    expect(view.peek(ACCOUNT, digitsOf(1))).toEqual({ id: null, known: null });
    view.take(stored(toStateRecord(kept, options())));
    expect(view.peek(ACCOUNT, digitsOf(1))).toEqual({ id: '7', known: true });
    expect(view.peek(ACCOUNT, digitsOf(2))).toEqual({ id: null, known: null });
    view.take(stored(toListRecord(list, options())));
    expect(view.peek(ACCOUNT, digitsOf(2))).toEqual({ id: null, known: false });
    const elsewhere = { ...kept, accountId: '2', state: { ...kept.state, id: '8' } };
    view.take(stored(toStateRecord(elsewhere, options())));
    expect([view.peek('2', digitsOf(1)).id, view.peek(ACCOUNT, digitsOf(1)).id]).toEqual(['8', '7']);
  });

  it('go where the events of their number go', () => {
    expect(toStateRecord(kept, options())).toMatchObject({
      topic: topicName(naming, 'phone-number-state'),
      key: `${ACCOUNT}:${digitsOf(1)}`,
      repeatable: true,
    });
    const change = { before: kept, after: { ...kept, version: 2 }, atMs: AT, eventId: null };
    expect(toChangedRecord(change, options())).toMatchObject({
      topic: 'whatsapp.phone-numbers',
      key: `${ACCOUNT}:${digitsOf(1)}`,
    });
    expect(toChangedRecord(change, options(9)).id).toBe(toChangedRecord({ ...change, atMs: AT + 5 }, options()).id);
  });

  it('take no more than they may in memory', () => {
    const view = createStateView(2);
    for (let index = 0; index < 3; index += 1)
      view.take(stored(toStateRecord({ ...kept, digits: digitsOf(index) }, options())));
    view.take(stored(toListRecord(list, options())));
    expect([view.size(), view.isFull(), view.peek(ACCOUNT, '99').known]).toEqual([2, true, null]);
  });
});
