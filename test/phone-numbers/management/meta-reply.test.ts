/** What Meta replies beside `success`: passed on and put on record, without secrets and within bounds. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { NUMBER } from '../../support/graph.ts';
import { auditOf, type Managed, manageWith, OVERRIDE_TOKEN, PEOPLE, PIN, secretsIn } from '../../support/management.ts';

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

const REGISTER = `/phone-numbers/${NUMBER.id}/register`;

it.each([
  ['nothing', { success: true }, null],
  ['a note', { success: true, note: 'The PIN was not set.' }, { note: 'The PIN was not set.' }],
  [
    'a PIN in two ways',
    { success: true, echo: { pin: PIN, text: `PIN ${PIN}` } },
    { echo: { pin: '[removed]', text: 'PIN [removed]' } },
  ],
  [
    'a member of 5,000 characters',
    { success: true, note: 'x'.repeat(5_000), id: '7' },
    { note: '[too long]', id: '7' },
  ],
])('passes on %s', async (_, body, expected) => {
  graph.script({ path: /register$/, body });
  const answer = await managed.call('POST', REGISTER, { pin: PIN });
  expect([answer.status, answer.body.meta_reply]).toEqual([200, expected]);
  expect((await auditOf(managed.service)).at(-1)?.data).toMatchObject({ outcome: 'done', meta_reply: expected });
});

it.each([[false], ['false']])('success %j is a refusal, which says the rest', async (success) => {
  graph.script({ path: /register$/, body: { success, reason: `not with ${PIN}` } });
  const { status, body } = await managed.call('POST', REGISTER, { pin: PIN });
  expect([status, body.error.code]).toEqual([422, 'operation_refused']);
  expect(body.error.details.meta_says).toBe('{"reason":"not with [removed]"}');
  const { outcome, error } = (await auditOf(managed.service)).at(-1)?.data ?? {};
  expect([outcome, error]).toMatchObject(['refused', { meta_says: '{"reason":"not with [removed]"}' }]);
});

it('repeats neither the token nor the query of an override that Meta repeats', async () => {
  const url = 'https://hooks.example.com/webhook?key=hidden-key';
  graph.script({
    method: 'POST',
    path: new RegExp(`/${NUMBER.id}$`),
    status: 400,
    body: { error: { code: 2200, message: `${url} answered 403 to ${OVERRIDE_TOKEN}` } },
  });
  const body = { override_callback_uri: url, verify_token: OVERRIDE_TOKEN };
  const answer = await managed.call('PUT', `/phone-numbers/${NUMBER.id}/webhook`, body);
  expect(answer.body.error.details.meta_says).toBe(
    'https://hooks.example.com/webhook?[removed] answered 403 to [removed].',
  );
  const everything = await managed.everything();
  expect([secretsIn(everything), everything.includes('hidden-key')]).toEqual([[], false]);
});
