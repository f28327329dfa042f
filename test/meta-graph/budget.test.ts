import { describe, expect, it } from '@jest/globals';
import { createBudget, regainMsOf } from '../../src/meta-graph/budget.ts';
import { ACCOUNT, clientOf, createClock, NUMBER, OTHER_ACCOUNT, rejectionOf, standInWith } from '../support/graph.ts';

const headers = (percent: number, minutes = 0, type = 'whatsapp_business_management') => ({
  app: null,
  retryAfter: null,
  business: JSON.stringify({
    [ACCOUNT]: [{ type, call_count: percent, total_time: 0, estimated_time_to_regain_access: minutes }],
  }),
});

describe('the budget of calls', () => {
  it('lets an account be read freely below 80 %, once a minute above', () => {
    const clock = createClock();
    const budget = createBudget(clock.now);
    budget.note(headers(79));
    budget.spend(ACCOUNT, false);
    budget.spend(ACCOUNT, false);
    budget.note(headers(80));
    expect(() => budget.spend(ACCOUNT, false)).toThrow(expect.objectContaining({ retryAfterMs: 60_000 }));
    budget.spend(ACCOUNT, true);
    clock.pass(60_000);
    budget.note(headers(85));
    budget.spend(ACCOUNT, false);
    expect(() => budget.spend(ACCOUNT, false)).toThrow('nearly used up');
  });

  it('stops at 100 % until Meta takes calls again, even in the middle of a list', () => {
    const clock = createClock();
    const budget = createBudget(clock.now);
    budget.note(headers(100, 7));
    expect(() => budget.spend(ACCOUNT, true)).toThrow(expect.objectContaining({ retryAfterMs: 7 * 60_000 }));
    clock.pass(7 * 60_000);
    budget.spend(ACCOUNT, true);
  });

  it('keeps accounts apart, and lets the app stop all', () => {
    const budget = createBudget(createClock().now);
    budget.note(headers(100, 1));
    budget.spend(OTHER_ACCOUNT, false);
    budget.note({ app: '{"call_count":100,"total_time":1,"total_cputime":1}', business: null, retryAfter: null });
    expect(() => budget.spend(OTHER_ACCOUNT, false)).toThrow('nearly used up');
    expect(() => budget.spend(null, false)).toThrow('of the app');
  });

  it('does not count register and deregister as reads', () => {
    const budget = createBudget(createClock().now);
    budget.note(headers(100, 1, 'whatsapp'));
    budget.spend(ACCOUNT, false);
  });

  it('assumes 200 reads an hour until a reply says more', () => {
    const clock = createClock();
    const budget = createBudget(clock.now);
    for (let read = 0; read < 160; read += 1) budget.spend(ACCOUNT, false);
    expect(() => budget.spend(ACCOUNT, false)).toThrow('nearly used up');
    budget.note(headers(3));
    budget.spend(ACCOUNT, false);
  });

  it.each([['{'], ['[]'], ['{"1":{}}'], ['null'], ['{"1":[{"call_count":"many"}]}']])(
    'outlives the header %s',
    (text) => {
      const budget = createBudget(createClock().now);
      budget.note({ app: text, business: text, retryAfter: text });
      budget.spend(ACCOUNT, false);
      expect(regainMsOf({ app: text, business: text, retryAfter: text })).toBeNull();
    },
  );

  it('accepts only ids as accounts', () => {
    const budget = createBudget(createClock().now);
    const usage = '[{"type":"whatsapp_business_management","call_count":5}]';
    const business = `{"__proto__":${usage},"constructor":${usage},"a/b":${usage},"":${usage},"7":${usage}}`;
    expect(budget.note({ app: null, retryAfter: null, business })).toEqual(['7']);
  });

  it('waits as long as a refusal with 80008 says', async () => {
    const graph = await standInWith();
    graph.setUsage(ACCOUNT, { call_count: 100, estimated_time_to_regain_access: 3 });
    const clock = createClock();
    const client = clientOf(graph, { now: clock.now });
    const call = { path: [NUMBER.id], accountId: ACCOUNT };
    expect(await rejectionOf(client.get(call))).toMatchObject({ code: 'graph_throttled', retryAfterMs: 180_000 });
    clock.pass(60_000);
    expect(await rejectionOf(client.get(call))).toMatchObject({ code: 'graph_throttled', retryAfterMs: 120_000 });
    expect(graph.calls).toHaveLength(1);
    graph.setUsage(ACCOUNT, { call_count: 10 });
    clock.pass(120_000);
    await client.get(call);
  });

  it('uses Retry-After if Meta sends it', async () => {
    const graph = await standInWith();
    graph.script({ status: 400, headers: { 'retry-after': '42' }, body: { error: { message: 'm', code: 4 } } });
    const error = await rejectionOf(clientOf(graph).get({ path: [NUMBER.id], accountId: ACCOUNT }));
    expect(error).toMatchObject({ code: 'graph_throttled', retryAfterMs: 42_000 });
  });
});
