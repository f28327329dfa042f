/** What Meta refuses, and what goes wrong on the way: explained, on record, never tried again, and no secret told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { REFUSALS, refusalOf } from '../../../src/phone-numbers/management/refusals.ts';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER } from '../../support/graph.ts';
import { auditOf, type Managed, manageWith, PEOPLE, PIN, secretsIn, WRONG_PIN } from '../../support/management.ts';

let graph: GraphStandIn;
let managed: Managed;
beforeAll(async () => {
  graph = await startGraphStandIn(PEOPLE);
  managed = await manageWith(graph);
});
afterAll(async () => {
  await managed.service.remove();
  await graph.close();
});

let earlier = 0;
beforeEach(() => {
  earlier = graph.calls.length;
});
const writes = () => graph.calls.slice(earlier).filter(({ method }) => method === 'POST');

const REGISTER = `/phone-numbers/${NUMBER.id}/register`;
const refuse = (error: object, status = 400) =>
  graph.script({
    path: /\/register$/,
    status,
    body: { error: { type: 'OAuthException', fbtrace_id: 'Trace1', ...error } },
  });

describe("Meta's refusals", () => {
  it.each([
    [133005, null, 422, 'operation_refused', 'not the PIN of this number', null],
    [133006, null, 422, 'operation_refused', 'verified again', null],
    [133008, null, 422, 'operation_refused', 'Too many wrong PINs', null],
    [133009, null, 422, 'operation_refused', 'too fast', null],
    [133015, null, 422, 'operation_refused', 'deleted a moment ago', 300],
    [133016, null, 422, 'operation_refused', '10 times in 72 hours', 259_200],
    [100, 2388012, 422, 'operation_refused', 'does not register the number as it is', null],
    [803, null, 404, 'phone_number_not_found', 'no object with this id', null],
    [133000, null, 422, 'operation_refused', 'was not completed', null],
    [133010, null, 422, 'operation_refused', 'not registered', null],
    [131057, null, 422, 'operation_refused', 'maintenance', 60],
    [2494100, null, 422, 'operation_refused', 'moved or maintained', null],
    [131031, null, 422, 'operation_refused', 'locked', null],
    [368, null, 422, 'operation_refused', 'by policy', null],
    [33, null, 404, 'phone_number_not_found', 'deleted', null],
    [100, 33, 404, 'phone_number_not_found', 'the same answer for both', null],
    [10, null, 502, 'graph_permission_missing', 'lacks a permission', null],
    [200, null, 502, 'graph_permission_missing', 'lacks a permission', null],
    [299, null, 502, 'graph_permission_missing', 'lacks a permission', null],
    [190, 463, 502, 'graph_token_invalid', 'access token', null],
    [0, null, 502, 'graph_token_invalid', 'access token', null],
    [999_999, null, 422, 'operation_refused', 'cannot explain', null],
  ])('%s/%s is explained', async (code, subcode, status, ours, about, wait) => {
    refuse({ code, ...(subcode === null ? {} : { error_subcode: subcode }), message: 'nothing helpful' });
    const answer = await managed.call('POST', REGISTER, { pin: PIN });
    expect([answer.status, answer.body.error.code]).toEqual([status, ours]);
    const { details } = answer.body.error;
    expect(details).toMatchObject({ meta_code: code, fbtrace_id: 'Trace1', todo: expect.stringMatching(/\w/) });
    expect(details.about).toContain(about);
    expect(details.wait_seconds ?? null).toBe(wait);
    expect(writes()).toHaveLength(1);
    const last = (await auditOf(managed.service)).at(-1);
    expect(last?.data).toMatchObject({ outcome: 'refused', error: { code: ours, meta_code: code } });
  });

  it('says how long to wait when the calls are used up', async () => {
    const usage = {
      type: 'whatsapp',
      call_count: 100,
      total_cputime: 1,
      total_time: 1,
      estimated_time_to_regain_access: 7,
    };
    graph.script({
      path: /\/register$/,
      status: 400,
      headers: { 'X-Business-Use-Case-Usage': JSON.stringify({ '999': [usage] }) },
      body: { error: { code: 80007, message: 'too many' } },
    });
    const { status, headers, body } = await managed.call('POST', REGISTER, { pin: PIN });
    expect([status, headers.get('retry-after'), body.error.details.wait_seconds]).toEqual([503, '420', 420]);
  });

  it.each([
    ['nothing', { hangUp: true }],
    ['a page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['an empty body', { status: 200, body: '' }],
    ['code 2', { status: 503, body: { error: { code: 2, is_transient: true } } }],
    ['code 131000', { status: 500, body: { error: { code: 131000 } } }],
  ])('does not know what became of it when %s comes, and does not try again', async (_, scripted) => {
    graph.script({ path: /\/register$/, ...scripted });
    const { status, body } = await managed.call('POST', REGISTER, { pin: PIN });
    expect([status, body.error.code]).toEqual([502, 'operation_unknown']);
    expect(body.error.details.todo).toContain('before trying again');
    expect(writes()).toHaveLength(1);
    expect((await auditOf(managed.service)).at(-1)?.data).toMatchObject({ outcome: 'unknown' });
  });

  it('takes out of the words of Meta what is secret, and keeps the rest', async () => {
    refuse({ code: 133005, message: `PIN ${PIN} is wrong`, error_data: { details: `${PIN}: try again in 12 hours` } });
    const { body } = await managed.call('POST', REGISTER, { pin: PIN });
    expect(body.error.details.meta_says).toBe('[removed]: try again in 12 hours. PIN [removed] is wrong.');
    refuse({ code: 133005, error_data: `The PIN ${PIN} is wrong` });
    const { stderr, code } = await managed.cli(['register', NUMBER.id, '--pin-file', '-', '--yes'], PIN);
    expect(code).toBe(1);
    expect(stderr).toContain('Do not guess');
    expect(stderr).toContain('Meta says: The PIN [removed] is wrong');
  });

  it('locks for good reason: wrong PINs are refused one by one, then even the right one', async () => {
    await managed.call('PUT', `/phone-numbers/${NUMBER.id}/pin`, { pin: PIN });
    const codes: number[] = [];
    for (let guess = 0; guess < 5; guess += 1) {
      codes.push((await managed.call('POST', REGISTER, { pin: WRONG_PIN })).body.error.details.meta_code);
    }
    const last = await managed.call('POST', REGISTER, { pin: PIN });
    expect([...codes, last.body.error.details.meta_code]).toEqual([133005, 133005, 133005, 133005, 133005, 133008]);
    expect(last.body.error.details.meta_says).toBe(
      'Try again in 12 hours. (#133008) Too many two-step verification PIN guesses.',
    );
  });

  it('covers every code of the table, each with something to do', () => {
    for (const row of REFUSALS) {
      const [first] = row.codes;
      const code = typeof first === 'number' ? first : (first?.[0] ?? Number.NaN);
      for (const operation of row.operations ?? [null]) {
        expect(refusalOf({ code, subcode: null, httpStatus: 400 }, operation)).toBe(row);
      }
      expect(`${row.about}${row.todo}`).toMatch(/\..+\.$/s);
    }
  });

  it('goes by the subcode, and by the code where the subcode says nothing of this operation', () => {
    const of = (code: number, subcode: number, operation: Parameters<typeof refusalOf>[1]) =>
      refusalOf({ code, subcode, httpStatus: 400 }, operation);
    expect(of(136024, 2388091, 'request-code').about).toContain('no code to this number for now');
    expect(of(100, 2388091, 'migrate-number').about).toContain('cannot move');
    expect(of(136024, 2388091, 'verify-code').about).toContain('did not send a code');
    expect(of(100, 2388093, 'set-conversational').about).toContain('does not take one of the values');
    // Subcodes of a token's refusal only look like codes.
    expect(of(190, 33, 'register').about).toContain('access token');
    // Meta failed, whatever the subcode is called elsewhere.
    expect(of(1, 1357045, 'register').unknown).toBe(true);
    expect(of(100, 1357045, 'register').unknown).toBe(false);
  });
});

it.each([
  ['a refusal', 400, { code: 133005 }],
  ['a failure', 500, { code: 131000 }],
  ['a text as error_data', 400, { code: 100, error_data: `PIN ${PIN}` }],
])('takes out what Meta repeats, in whatever form: %s', async (_, status, error) => {
  const grouped = PIN.replace(/^(...)/, '$1-');
  const spaced = [...PIN].join(' ');
  const details = `PIN ${PIN}, ${grouped}, ${spaced}.`;
  const said = { message: details, error_data: { details }, fbtrace_id: `A${PIN}`, error_user_msg: details, ...error };
  graph.script({ path: /register$/, status, body: { error: said } });
  const answer = await managed.call('POST', REGISTER, { pin: PIN });
  const audit = (await auditOf(managed.service)).slice(-2);
  const everything = JSON.stringify([answer.body, audit]) + managed.service.logText();
  for (const form of [PIN, grouped, spaced]) expect(everything).not.toContain(form);
  expect(audit.at(-1)?.data.outcome).toBe(status === 500 ? 'unknown' : 'refused');

  const token = 'a/b "c"é'.replaceAll(' ', '_');
  const forms = [token, encodeURIComponent(token), JSON.stringify(token).slice(1, -1)];
  const repeated = { code: 100, error_data: { details: forms.join(' ') } };
  graph.script({ path: /subscribed_apps$/, status, body: { error: repeated } });
  const url = { override_callback_uri: 'https://a.example/', verify_token: token };
  const { body } = await managed.call('PUT', `/accounts/${ACCOUNT}/webhook`, url);
  for (const form of forms) expect(body.error.details.meta_says).not.toContain(form);
});

it('leaves no PIN, code or token anywhere', async () => {
  expect(secretsIn(await managed.everything())).toEqual([]);
});
