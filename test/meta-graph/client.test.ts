import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { messageOf } from '../../src/core/errors.ts';
import { createPhoneNumberReads } from '../../src/meta-graph/phone-number-reads.ts';
import { ACCOUNT, BIG_ID, clientOf, NUMBER, PROOF_SECRET, rejectionOf, standInWith } from '../support/graph.ts';

const call = { path: [NUMBER.id], accountId: ACCOUNT };

describe('the Graph client', () => {
  it('is let in with token and proof, and names the version', async () => {
    const graph = await standInWith({ appSecret: PROOF_SECRET });
    const { body, accountIds } = await clientOf(graph).get(call);
    expect(body).toMatchObject({ id: NUMBER.id, display_phone_number: NUMBER.display_phone_number });
    expect(accountIds).toEqual([ACCOUNT]);
    expect(graph.calls).toMatchObject([{ version: 'v26.0', path: `/${NUMBER.id}` }]);
  });

  it('sends no proof without a secret', async () => {
    const graph = await standInWith({ appSecret: PROOF_SECRET });
    const error = await rejectionOf(clientOf(graph, { appSecret: () => null }).get(call));
    expect(error).toMatchObject({ code: 'graph_refused', details: { meta_code: 100 } });
  });

  it.each([
    ['a transient code', { status: 400, body: { error: { message: 'x', code: 2 } } }],
    ['is_transient', { status: 400, body: { error: { message: 'x', code: 368, is_transient: true } } }],
    ['a 500 with HTML', { status: 500, body: '<html>Sorry</html>' }],
    ['a 200 with HTML', { status: 200, body: '<html>Sorry</html>' }],
    ['an empty body', { status: 200, body: '' }],
    ['half a JSON', { status: 200, body: '{"id":' }],
    ['a cut connection', { hangUp: true }],
    ['no answer in time', { delayMs: 300 }],
  ])('repeats a read after %s', async (_, answer) => {
    const graph = await standInWith();
    graph.script({ ...answer, times: 2 });
    const { body } = await clientOf(graph, { timeoutMs: 150 }).get(call);
    expect(body.id).toBe(NUMBER.id);
    expect(graph.calls).toHaveLength(3);
  });

  it('ends after three tries', async () => {
    const graph = await standInWith();
    graph.script({ status: 503, body: '', times: 9 });
    expect(await rejectionOf(clientOf(graph).get(call))).toMatchObject({ code: 'graph_unavailable' });
    expect(graph.calls).toHaveLength(3);
  });

  it('waits longer each time, with jitter', async () => {
    const graph = await standInWith();
    graph.script({ status: 503, body: '', times: 9 });
    const pauses: number[] = [];
    const sleep = async (ms: number) => void pauses.push(Math.round(ms));
    await rejectionOf(clientOf(graph, { sleep }).get(call));
    expect(pauses).toEqual([101, 401]);
  });

  it.each([
    ['a transient code', { status: 400, body: { error: { message: 'x', code: 2, is_transient: true } } }],
    ['a cut connection', { hangUp: true }],
  ])('never repeats a write, not even after %s', async (_, answer) => {
    const graph = await standInWith();
    graph.script({ ...answer, times: 5 });
    await rejectionOf(clientOf(graph).post({ ...call, path: [NUMBER.id, 'register'] }, { pin: '123456' }));
    expect(graph.calls).toHaveLength(1);
  });

  it.each([
    [{ message: 'x', code: 100, error_data: 'only text' }, 'only text'],
    [{ message: 'x', code: 100, error_data: { details: 'in an object' } }, 'in an object'],
    [{ message: 'x', code: 100, error_data: 17 }, 'x'],
    [{ message: 'x', code: 100, error_data: null }, 'x'],
  ])('reads the error %j', async (error, told) => {
    const graph = await standInWith();
    graph.script({ status: 400, body: { error } });
    const thrown = await rejectionOf(clientOf(graph).get(call));
    expect(thrown).toMatchObject({ code: 'graph_refused' });
    expect(thrown.message).toContain(told);
  });

  it('shows neither token nor proof, whatever fails', async () => {
    const graph = await standInWith({ appSecret: PROOF_SECRET });
    const proofs = /[0-9a-f]{64}/;
    graph.script({ status: 400, body: { error: { message: `Bad token ${graph.accessToken}`, code: 190 } } });
    graph.script({
      status: 302,
      headers: { location: `http://127.0.0.1:1/?access_token=${graph.accessToken}` },
      times: 3,
    });
    graph.script({ hangUp: true, times: 3 });
    const client = clientOf(graph);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const error = await rejectionOf(client.get(call));
      const shown = `${messageOf(error)} ${JSON.stringify(error)} ${JSON.stringify(error.cause)} ${error.stack}`;
      expect(shown).not.toContain(graph.accessToken);
      expect(shown).not.toMatch(proofs);
    }
  });

  it('repeats no more than the beginning of a long text', async () => {
    const graph = await standInWith();
    const error = { code: 100, message: 'm'.repeat(2_000_000), error_data: { details: 'd'.repeat(2_000_000) } };
    graph.script({ status: 400, body: { error } });
    const failure = await rejectionOf(clientOf(graph).get({ path: [NUMBER.id], accountId: ACCOUNT }));
    expect(failure.message.length).toBeLessThan(2_500);
  });

  it('follows no redirect', async () => {
    const graph = await standInWith();
    let visited = 0;
    const elsewhere = createServer((_request, response) => {
      visited += 1;
      response.end('{}');
    }).listen(0);
    await new Promise((resolve) => elsewhere.once('listening', resolve));
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    graph.script({ status: 302, headers: { location }, times: 3 });
    await rejectionOf(clientOf(graph).get(call));
    elsewhere.close();
    expect(visited).toBe(0);
  });

  it('says once that the token is refused, and when it works again', async () => {
    const graph = await standInWith();
    const told: (string | null)[] = [];
    const client = clientOf(graph, { onToken: (problem) => void told.push(problem) });
    graph.expireToken(true);
    expect(await rejectionOf(client.get(call))).toMatchObject({ code: 'graph_token_invalid' });
    graph.expireToken(false);
    await client.get(call);
    expect(told).toEqual([expect.stringContaining('code 190/463'), null]);
    expect(graph.calls).toHaveLength(2);
  });

  it('keeps the digits of an id that Meta sends as a large number', async () => {
    const graph = await standInWith();
    graph.script({ status: 200, body: `{"data":[{"id":${BIG_ID}1,"display_phone_number":"1"}]}` });
    const [number] = await createPhoneNumberReads(clientOf(graph), Date.now).list(ACCOUNT);
    expect(number?.id).toBe(`${BIG_ID}1`);
  });
});

describe('the reads of phone numbers', () => {
  const many = Array.from({ length: 250 }, (_, index) => ({
    id: String(10n ** 15n * 9n + BigInt(index)),
    display_phone_number: `+1 631-555-${String(index).padStart(4, '0')}`,
  }));

  it('takes every page by its cursor, and never the URL in paging.next', async () => {
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers: many }] });
    const numbers = await createPhoneNumberReads(clientOf(graph), Date.now).list(ACCOUNT);
    expect(numbers.map(({ id }) => id).sort()).toEqual(many.map(({ id }) => id));
    expect(graph.calls).toHaveLength(3);
    expect(graph.calls.every(({ query }) => query.limit === '100')).toBe(true);
  });

  it('rejects an incomplete list: a next page without a cursor, or a repeated cursor', async () => {
    const graph = await standInWith();
    const body = { data: [NUMBER], paging: { cursors: { after: 'same' }, next: 'http://127.0.0.1:1/' } };
    graph.script({ body, times: 2 });
    const reads = createPhoneNumberReads(clientOf(graph), Date.now);
    expect((await rejectionOf(reads.list(ACCOUNT))).code).toBe('graph_unavailable');
    expect(graph.calls).toHaveLength(2);
    graph.script({ body: { data: [NUMBER], paging: { next: 'http://127.0.0.1:1/' } } });
    expect((await rejectionOf(reads.list(ACCOUNT))).code).toBe('graph_unavailable');
  });

  it('takes a list without paging, and one that is empty', async () => {
    const graph = await standInWith({
      bareLists: true,
      accounts: [
        { id: ACCOUNT, numbers: [NUMBER] },
        { id: '2', numbers: [] },
      ],
    });
    const reads = createPhoneNumberReads(clientOf(graph), Date.now);
    expect(await reads.list(ACCOUNT)).toHaveLength(1);
    expect(await reads.list('2')).toEqual([]);
  });

  it('asks for the core alone where an optional field is refused, and remembers it for a while', async () => {
    const graph = await standInWith({ unavailableFields: ['is_on_biz_app'] });
    const reads = createPhoneNumberReads(clientOf(graph), Date.now);
    expect((await reads.list(ACCOUNT))[0]).toMatchObject({ id: NUMBER.id, status: 'CONNECTED' });
    await reads.list(ACCOUNT);
    expect(graph.calls.map(({ query }) => query.fields?.includes('is_on_biz_app'))).toEqual([true, false, false]);
  });

  it('finds the account of a number in its health, or in the usage header', async () => {
    const health_status = { can_send_message: 'AVAILABLE', entities: [{ entity_type: 'WABA', id: '77' }] };
    const numbers = [NUMBER, { ...NUMBER, id: '2', health_status }];
    const graph = await standInWith({ accounts: [{ id: ACCOUNT, numbers }] });
    const reads = createPhoneNumberReads(clientOf(graph), Date.now);
    expect((await reads.one(NUMBER.id, null)).accountId).toBe(ACCOUNT);
    expect((await reads.one('2', null)).accountId).toBe('77');
  });

  it.each([['404404'], [ACCOUNT]])('says not found of %s, which is no number', async (id) => {
    const graph = await standInWith();
    const error = await rejectionOf(createPhoneNumberReads(clientOf(graph), Date.now).one(id, null));
    expect(error).toMatchObject({ code: 'not_found' });
  });
});
