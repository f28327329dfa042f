/** What is refused before Meta is asked: input, access, numbers of accounts that are not ours. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER } from '../../support/graph.ts';
import {
  type Managed,
  manageWith,
  NEW_ID,
  OVERRIDE_TOKEN,
  PEOPLE,
  PIN,
  READER_TOKEN,
  secretsIn,
} from '../../support/management.ts';

/** Of an account that WABA_IDS does not name. */
const FOREIGN_ID = '106540352242777';
const REGISTER = `/phone-numbers/${NUMBER.id}/register`;
let graph: GraphStandIn;
let managed: Managed;
let earlier = 0;
beforeAll(async () => {
  const foreign = { id: '102290129340777', numbers: [{ id: FOREIGN_ID, display_phone_number: '+44 20 7946 0777' }] };
  graph = await startGraphStandIn({ ...PEOPLE, accounts: [...PEOPLE.accounts, foreign] });
  managed = await manageWith(graph);
});
afterAll(async () => {
  await managed.service.remove();
  await graph.close();
});
beforeEach(() => {
  earlier = graph.calls.length;
});
/** Without the lists that the service reads by itself. */
const asked = () =>
  graph.calls
    .slice(earlier)
    .filter(({ method, path }) => method === 'POST' || !/phone_numbers$|debug_token$/.test(path));
const writes = () => graph.calls.slice(earlier).filter(({ method }) => method === 'POST');

describe('what is refused before Meta is asked', () => {
  it.each([
    ['POST', REGISTER, { pin: '12345' }, 'pin', 'Six digits.'],
    ['POST', REGISTER, { pin: 123456 }, 'pin', 'Six digits.'],
    ['POST', REGISTER, {}, 'pin', 'Six digits.'],
    ['POST', REGISTER, { pin: PIN, [PIN]: 1 }, undefined, 'nothing else'],
    ['POST', REGISTER, { pin: PIN, data_localization_region: 'XX' }, 'data_localization_region', 'One of AU'],
    ['POST', REGISTER, [], undefined, 'JSON object'],
    ['POST', `/phone-numbers/${NEW_ID}/verify-code`, { code: '12-3456' }, 'code', 'six digits'],
    ['POST', `/phone-numbers/${NEW_ID}/request-code`, { code_method: 'PIGEON' }, 'code_method', 'SMS or VOICE'],
    ['POST', `/phone-numbers/${NEW_ID}/request-code`, { code_method: 'SMS', language: 'english' }, 'language', 'en_US'],
    ['PUT', `/phone-numbers/${NUMBER.id}/display-name`, { new_display_name: 'X' }, 'new_display_name', '2 to 75'],
    [
      'PUT',
      `/phone-numbers/${NUMBER.id}/display-name`,
      { new_display_name: 'a\nb' },
      'new_display_name',
      'line breaks',
    ],
    ['PUT', `/phone-numbers/${NUMBER.id}/conversational`, {}, undefined, 'At least one'],
    [
      'PUT',
      `/phone-numbers/${NUMBER.id}/conversational`,
      { enable_welcome_message: true, prompts: ['Hi'] },
      undefined,
      'prompts, commands and nothing else',
    ],
    [
      'PUT',
      `/phone-numbers/${NUMBER.id}/conversational`,
      { prompts: ['1', '2', '3', '4', '5'] },
      'prompts',
      'At most 4',
    ],
    ['PUT', `/phone-numbers/${NUMBER.id}/conversational`, { prompts: ['Hi 👋'] }, 'prompts.0', 'No emoji'],
    ['PUT', `/phone-numbers/${NUMBER.id}/conversational`, { prompts: ['x'.repeat(81)] }, 'prompts.0', '1 to 80'],
    [
      'PUT',
      `/phone-numbers/${NUMBER.id}/conversational`,
      { commands: Array.from({ length: 31 }, () => ({ command_name: 'a', command_description: 'b' })) },
      'commands',
      'At most 30',
    ],
    [
      'PUT',
      `/phone-numbers/${NUMBER.id}/webhook`,
      { override_callback_uri: 'http://plain.example/', verify_token: OVERRIDE_TOKEN },
      'override_callback_uri',
      'https',
    ],
    [
      'PUT',
      `/accounts/${ACCOUNT}/webhook`,
      { override_callback_uri: `https://long.example/${'x'.repeat(200)}`, verify_token: OVERRIDE_TOKEN },
      'override_callback_uri',
      '200',
    ],
    [
      'PUT',
      `/accounts/${ACCOUNT}/webhook`,
      { override_callback_uri: 'https://user:pass@a.example/', verify_token: OVERRIDE_TOKEN },
      'override_callback_uri',
      'without a user name',
    ],
    [
      'POST',
      `/accounts/${ACCOUNT}/phone-numbers`,
      { cc: '49', phone_number: 'call me', verified_name: 'Lucky' },
      'phone_number',
      '4 to 15 digits',
    ],
  ])('%s %s %j', async (method, path, body, member, expected) => {
    const { status, body: answer } = await managed.call(method, path, body);
    expect([status, answer.error.code]).toEqual([400, 'invalid_body']);
    expect(answer.error.details.member).toBe(member);
    expect(answer.error.details.expected).toContain(expected);
    expect(asked()).toEqual([]);
  });

  it.each([
    ['no token', 'POST', REGISTER, null, 401, 'unauthorized'],
    ['a token of another scope', 'POST', REGISTER, READER_TOKEN, 403, 'forbidden'],
    ['a letter in the id', 'POST', '/phone-numbers/1a/register', undefined, 400, 'invalid_phone_number_id'],
    ['an id that is not ours', 'POST', '/phone-numbers/404/register', undefined, 404, 'phone_number_not_found'],
    ['an account that is not ours', 'DELETE', '/accounts/404/webhook', undefined, 404, 'account_not_found'],
    ['a query', 'POST', `${REGISTER}?pin=1`, undefined, 400, 'invalid_query'],
    ['another method', 'GET', REGISTER, undefined, 405, 'method_not_allowed'],
  ])('%s', async (_, method, path, token, status, code) => {
    const answer = await managed.call(method, path, method === 'POST' ? { pin: PIN } : undefined, token);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(writes()).toEqual([]);
  });

  it.each([
    ['POST', 'register', { pin: PIN }],
    ['GET', 'certificate', undefined],
  ])('a number that the token can see, of an account that is not ours: %s %s', async (method, edge, body) => {
    const found = await managed.call('GET', `/phone-numbers/${FOREIGN_ID}`, undefined, READER_TOKEN);
    expect(found.status).toBe(200);
    const { status, body: answer } = await managed.call(method, `/phone-numbers/${FOREIGN_ID}/${edge}`, body);
    expect([status, answer.error.code]).toEqual([404, 'phone_number_not_found']);
    expect(writes()).toEqual([]);
  });

  it('a body that is too large, or no JSON', async () => {
    const large = await managed.call('POST', REGISTER, { pin: 'x'.repeat(200_000) });
    expect([large.status, large.body.error.code]).toEqual([413, 'body_too_large']);
    const response = await fetch(managed.service.internalUrl + REGISTER, {
      method: 'POST',
      headers: { authorization: 'Bearer manage-manage-manage' },
      body: `{"pin":"${PIN}"`,
    });
    const text = await response.text();
    expect([response.status, secretsIn(text)]).toEqual([400, []]);
  });
});

it('leaves no PIN, code or token anywhere', async () => {
  expect(secretsIn(await managed.everything())).toEqual([]);
});
