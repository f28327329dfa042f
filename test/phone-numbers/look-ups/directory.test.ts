import { describe, expect, it } from '@jest/globals';
import {
  ACCOUNT,
  createClock,
  directoryOf,
  listReads,
  NUMBER,
  OTHER_ACCOUNT,
  rejectionOf,
  standInWith,
} from '../../support/graph.ts';

const MINUTE_MS = 60_000;
const TTL_MS = 5 * MINUTE_MS;

function numbersOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: String(9_000_000_000_000_000n + BigInt(index)),
    display_phone_number: `+1 631-55${String(index).padStart(5, '0')}`,
  }));
}

describe('the directory', () => {
  it('answers 1,000 askers of one cold account with one read for each page', async () => {
    const numbers = numbersOf(250);
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers }] });
    const directory = directoryOf(graph);
    const askers = Array.from({ length: 1_000 }, (_, index) => {
      const { id, display_phone_number } = numbers[index % numbers.length] as (typeof numbers)[number];
      return index % 2 === 0 ? directory.byId(id) : directory.byNumber(display_phone_number);
    });
    const found = await Promise.all(askers);
    expect(new Set(found.map(({ number }) => number.value.id)).size).toBe(250);
    expect(graph.calls.map(({ path }) => path)).toEqual(Array(3).fill(`/${ACCOUNT}/phone_numbers`));
  });

  it('answers from memory until the time is over, then reads again', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    expect(await directory.byId(NUMBER.id)).toMatchObject({ source: 'graph', stale: false });
    clock.pass(TTL_MS);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ source: 'cache', stale: false });
    graph.change(NUMBER.id, { quality_rating: 'RED' });
    clock.pass(1);
    const { number, source } = await directory.byId(NUMBER.id);
    expect([source, number.value.quality_rating]).toEqual(['graph', 'RED']);
    expect(listReads(graph)).toBe(2);
  });

  it('finds a number however it is written, in all accounts or in one', async () => {
    const other = { id: '77', display_phone_number: '16315557777' };
    const graph = await standInWith({
      accounts: [
        { id: ACCOUNT, numbers: [NUMBER] },
        { id: OTHER_ACCOUNT, numbers: [other] },
      ],
    });
    const directory = directoryOf(graph, { accountIds: [ACCOUNT, OTHER_ACCOUNT] });
    const found = await directory.byNumber('+1 (631) 555-7777');
    expect(found).toMatchObject({ guess: null, number: { accountId: OTHER_ACCOUNT, digits: '16315557777' } });
    expect(await rejectionOf(directory.byNumber('16315557777', { accountId: ACCOUNT }))).toMatchObject({
      code: 'phone_number_not_found',
    });
    expect(await rejectionOf(directory.byNumber('16315557777', { accountId: '1' }))).toMatchObject({
      code: 'account_not_found',
    });
  });

  it.each([
    ['+55 11 8888-7777', '+55 11 9 8888-7777', 'brazil_ninth_digit'],
    ['+52 1 55 1234 5678', '+52 55 1234 5678', 'mexico_mobile_1'],
  ])('finds %s as a marked guess for %s', async (display_phone_number, asked, guess) => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: [{ id: '5', display_phone_number }] }] });
    const directory = directoryOf(graph);
    expect(await directory.byNumber(asked)).toMatchObject({ guess, number: { value: { id: '5' } }, source: 'graph' });
    expect(await directory.byNumber(display_phone_number)).toMatchObject({ guess: null });
  });

  it('prefers the very digits to a guess, even those of another account', async () => {
    const graph = await standInWith({
      accounts: [
        { id: ACCOUNT, numbers: [{ id: '1', display_phone_number: '525512345678' }] },
        { id: OTHER_ACCOUNT, numbers: [{ id: '2', display_phone_number: '5215512345678' }] },
      ],
    });
    const directory = directoryOf(graph, { accountIds: [ACCOUNT, OTHER_ACCOUNT] });
    expect(await directory.byNumber('5215512345678')).toMatchObject({ guess: null, number: { value: { id: '2' } } });
  });

  it('gives the connected one of two entries with the same digits, and names the other', async () => {
    const graph = await standInWith({
      accounts: [
        {
          id: ACCOUNT,
          numbers: [
            { ...NUMBER, id: '1', status: 'MIGRATED' },
            { ...NUMBER, id: '2' },
          ],
        },
      ],
    });
    const found = await directoryOf(graph).byNumber(NUMBER.display_phone_number);
    expect(found).toMatchObject({ number: { value: { id: '2' } }, others: [{ value: { id: '1' } }] });
  });

  it('says not found once, and asks Graph again only after a minute', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await rejectionOf(directory.byId('404'))).toMatchObject({ code: 'phone_number_not_found' });
      expect(await rejectionOf(directory.byNumber('4915123456789'))).toMatchObject({ code: 'phone_number_not_found' });
    }
    expect(graph.calls.map(({ path }) => path)).toEqual([`/${ACCOUNT}/phone_numbers`, '/404']);
    clock.pass(MINUTE_MS + 1);
    graph.add(ACCOUNT, { id: '404', display_phone_number: '4915123456789' });
    expect(await directory.byNumber('4915123456789')).toMatchObject({ number: { value: { id: '404' } } });
  });

  it('finds by its id a number of an account that WABA_IDS does not name', async () => {
    const clock = createClock();
    const graph = await standInWith({ accounts: [{ id: OTHER_ACCOUNT, numbers: [NUMBER] }] });
    const directory = directoryOf(graph, { accountIds: [], clock });
    expect(await directory.byId(NUMBER.id)).toMatchObject({ number: { accountId: OTHER_ACCOUNT } });
    graph.script({ status: 503, body: '', times: 9 });
    clock.pass(TTL_MS + 1);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: true, source: 'cache' });
    expect(await rejectionOf(directory.list())).toMatchObject({ code: 'graph_not_configured' });
  });

  it('gives what it knew, marked, while Graph fails, and does not ask at each look-up', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    await directory.list();
    clock.pass(TTL_MS + 1);
    graph.script({ status: 503, body: '<html>', times: 9 });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: true, source: 'cache' });
    }
    const { accounts, numbers } = await directory.list();
    expect(accounts).toMatchObject([{ stale: true, failure: { code: 'graph_unavailable' } }]);
    expect(numbers).toHaveLength(1);
    expect(listReads(graph)).toBe(1 + 3);
  });

  it('throws with an empty cache, and reads again after a pause', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    graph.expireToken(true);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await rejectionOf(directory.byId(NUMBER.id))).toMatchObject({ code: 'graph_token_invalid' });
      expect(await rejectionOf(directory.byNumber('16315550000'))).toMatchObject({ code: 'graph_token_invalid' });
    }
    expect(graph.calls).toHaveLength(1);
    graph.expireToken(false);
    clock.pass(MINUTE_MS);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: false });
  });

  it('says account not found of what may not be seen, and goes on with the others', async () => {
    const graph = await standInWith();
    const directory = directoryOf(graph, { accountIds: [ACCOUNT, '999'] });
    const { accounts, numbers } = await directory.list();
    expect(accounts).toMatchObject([{ failure: null }, { accountId: '999', failure: { code: 'account_not_found' } }]);
    expect(numbers).toHaveLength(1);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: false });
  });

  it('forgets an account that may not be seen any more', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    await directory.list();
    clock.pass(TTL_MS + 1);
    graph.script({ status: 400, body: { error: { message: 'm', code: 100, error_subcode: 33 } }, times: 2 });
    expect(await rejectionOf(directory.list())).toMatchObject({ code: 'account_not_found' });
    expect(await rejectionOf(directory.byNumber(NUMBER.display_phone_number))).toMatchObject({
      code: 'account_not_found',
    });
    expect(directory.peek(ACCOUNT, '16315555555')).toEqual({ id: null, known: null });
  });

  it('asks for one number when it must be fresh, and shares that too', async () => {
    const graph = await standInWith();
    const directory = directoryOf(graph);
    await directory.list();
    graph.change(NUMBER.id, { quality_rating: 'YELLOW' });
    const fresh = await Promise.all(Array.from({ length: 50 }, () => directory.byId(NUMBER.id, { fresh: true })));
    expect(fresh[49]).toMatchObject({ source: 'graph', number: { value: { quality_rating: 'YELLOW' } } });
    expect(await directory.byId(NUMBER.id)).toMatchObject({ number: { value: { quality_rating: 'YELLOW' } } });
    expect(graph.calls.map(({ path }) => path)).toEqual([`/${ACCOUNT}/phone_numbers`, `/${NUMBER.id}`]);
  });

  it('answers from memory what must be fresh when the calls are used up', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    graph.setUsage(ACCOUNT, { call_count: 90 });
    await directory.list();
    graph.change(NUMBER.id, { quality_rating: 'RED' });
    expect(await directory.byId(NUMBER.id, { fresh: true })).toMatchObject({ source: 'cache', stale: false });
    expect((await directory.list({ fresh: true })).accounts).toMatchObject([{ failure: { code: 'graph_throttled' } }]);
    clock.pass(MINUTE_MS);
    const fresh = await directory.byId(NUMBER.id, { fresh: true });
    expect(fresh).toMatchObject({ source: 'graph', number: { value: { quality_rating: 'RED' } } });
  });

  it('says not found of a number that is gone', async () => {
    const graph = await standInWith();
    const directory = directoryOf(graph);
    await directory.list();
    graph.remove(NUMBER.id);
    expect(await rejectionOf(directory.byId(NUMBER.id, { fresh: true }))).toMatchObject({
      code: 'phone_number_not_found',
    });
  });
});

describe('events', () => {
  const event = { family: 'phone-numbers', key: `${ACCOUNT}:16315555555` } as const;

  it('invalidate their entries without a read, and make the next look-up read', async () => {
    const clock = createClock();
    const graph = await standInWith({
      accounts: [{ id: ACCOUNT, numbers: [NUMBER, { id: '2', display_phone_number: '222222' }] }],
    });
    const directory = directoryOf(graph, { clock });
    await directory.list();
    clock.pass(1);
    for (let attempt = 0; attempt < 100; attempt += 1) directory.countEvents([event]);
    expect(listReads(graph)).toBe(1);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: true, source: 'cache' });
    expect(await directory.byId('2')).toMatchObject({ stale: false, source: 'cache' });
    clock.pass(MINUTE_MS);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: false, source: 'graph' });
    expect(listReads(graph)).toBe(2);
  });

  it('make the background read the account, once a minute at most', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    await directory.refresh();
    for (let seconds = 0; seconds < 180; seconds += 10) {
      directory.countEvents([event]);
      await directory.refresh();
      clock.pass(10_000);
    }
    expect(listReads(graph)).toBe(3);
  });

  it('of a portfolio mark every account; those of other accounts and families none', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    await directory.list();
    clock.pass(MINUTE_MS);
    directory.countEvents([
      { family: 'messages', key: `${ACCOUNT}:1` },
      { family: 'phone-numbers', key: '777:16315555555' },
      { family: 'phone-numbers', key: null },
    ]);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: false, source: 'cache' });
    directory.countEvents([{ family: 'accounts', key: '2949482758682047' }]);
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: false, source: 'graph' });
  });

  it('that come while a list is read leave their mark', async () => {
    const clock = createClock();
    const graph = await standInWith();
    const directory = directoryOf(graph, { clock });
    graph.script({ delayMs: 100 });
    const reading = directory.list();
    clock.pass(1);
    directory.countEvents([event]);
    await reading;
    expect(await directory.byId(NUMBER.id)).toMatchObject({ stale: true });
  });

  it('can be told which number they are about, from memory alone', async () => {
    const graph = await standInWith();
    const directory = directoryOf(graph);
    expect(directory.peek(ACCOUNT, '16315555555')).toEqual({ id: null, known: null });
    await directory.refresh();
    expect(directory.peek(ACCOUNT, '16315555555')).toEqual({ id: NUMBER.id, known: true });
    expect(directory.peek(ACCOUNT, '1')).toEqual({ id: null, known: false });
    expect(directory.peek('999', '16315555555')).toEqual({ id: null, known: null });
    expect(listReads(graph)).toBe(1);
  });
});
