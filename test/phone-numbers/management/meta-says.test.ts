/** Each of Meta's refusals, over HTTP and on the command line: Meta's sentence, what it means here, what to do, how long to wait. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { STAND_IN_REFUSALS, type StandInRefusal } from '../../../src/sdk/testing/graph-stand-in/refusals.ts';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { ACCOUNT, NUMBER } from '../../support/graph.ts';
import {
  auditOf,
  type Managed,
  manageWith,
  NEW_ID,
  OVERRIDE_TOKEN,
  PEOPLE,
  PIN,
  secretsIn,
} from '../../support/management.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly body: object;
  readonly cli: readonly string[];
  readonly input: string;
}

const OVERRIDE = { override_callback_uri: 'https://hooks.example.com/webhook', verify_token: OVERRIDE_TOKEN };
const setOverride = ['--set', OVERRIDE.override_callback_uri, '--verify-token-file', '-'];

const register: Operation = {
  method: 'POST',
  path: `/phone-numbers/${NEW_ID}/register`,
  body: { pin: PIN },
  cli: ['register', NEW_ID, '--pin-file', '-', '--yes'],
  input: PIN,
};
const requestCode: Operation = {
  method: 'POST',
  path: `/phone-numbers/${NEW_ID}/request-code`,
  body: { code_method: 'SMS' },
  cli: ['request-code', NEW_ID],
  input: '',
};
const verifyCode: Operation = {
  method: 'POST',
  path: `/phone-numbers/${NEW_ID}/verify-code`,
  body: { code: '111-111' },
  cli: ['verify-code', NEW_ID, '--code-file', '-'],
  input: '111-111',
};
const migrate: Operation = {
  method: 'POST',
  path: `/accounts/${ACCOUNT}/phone-numbers/migrate`,
  body: { cc: '44', phone_number: '2079460000' },
  cli: ['migrate', ACCOUNT, '2079460000', '--cc', '44', '--yes'],
  input: '',
};
const setPin: Operation = {
  method: 'PUT',
  path: `/phone-numbers/${NUMBER.id}/pin`,
  body: { pin: PIN },
  cli: ['pin', NUMBER.id, '--pin-file', '-', '--yes'],
  input: PIN,
};
const setWebhook: Operation = {
  method: 'PUT',
  path: `/phone-numbers/${NUMBER.id}/webhook`,
  body: OVERRIDE,
  cli: ['webhook', NUMBER.id, ...setOverride],
  input: OVERRIDE_TOKEN,
};
const setAccountWebhook: Operation = {
  method: 'PUT',
  path: `/accounts/${ACCOUNT}/webhook`,
  body: OVERRIDE,
  cli: ['webhook', ACCOUNT, '--account', ...setOverride],
  input: OVERRIDE_TOKEN,
};

const IN_APP = 'connect it by Embedded Signup (coexistence), or delete its account in the app';
const SDK_CODE = [
  register,
  "An SDK's page lists this code",
  '133005, 133006, 133008, 133009 and 133016',
  null,
] as const;

/** What is done, what the answer says it means and to do, and the seconds to wait. */
const CASES: Readonly<Record<StandInRefusal, readonly [Operation, means: string, todo: string, wait: number | null]>> =
  {
    wrong_pin: [register, 'not the PIN of this number', 'Do not guess', null],
    verify_again: [register, 'verified again', 'Request a code', null],
    pin_locked: [register, 'locked for a while', "as long as Meta's sentence says", null],
    pin_too_fast: [register, 'too fast', "as long as Meta's sentence says", null],
    deleted_lately: [register, 'deleted a moment ago', 'Wait 5 minutes', 300],
    registered_too_often: [register, '10 times in 72 hours', 'Wait 72 hours', 259_200],
    still_in_app: [register, 'still has an account in the WhatsApp app', 'delete its account in the app', null],
    name_not_processed: [register, 'its display name cannot be processed', 'request another one', null],
    two_step_on: [migrate, 'two-step verification is on', 'switch two-step verification off in WhatsApp Manager', null],
    smb_number: [register, 'number of the WhatsApp Business app', IN_APP, null],
    verified_already: [
      requestCode,
      'A number that is verified already is refused so',
      'See where the number stands',
      null,
    ],
    no_code_for_now: [requestCode, 'no code to this number for now', 'Wait an hour, then ask once', 3_600],
    codes_too_often: [requestCode, 'SMS and calls count together', 'Wait 24 hours', 86_400],
    wrong_code: [verifyCode, 'wrong or outdated', 'request a new code', null],
    listed_already: [migrate, 'in the list of this account already', 'go on with its id', null],
    cannot_move: [migrate, 'cannot move', 'two-step verification is off at the source', null],
    cannot_move_yet: [migrate, 'cannot move', 'two-step verification is off at the source', null],
    not_subscribed: [setAccountWebhook, 'none before the app is subscribed', 'hubcast subscribe', null],
    callback_not_verified: [setWebhook, 'did not get its challenge back', 'hub.challenge as the body', null],
    no_such_object: [setPin, 'no object with this id', 'Check the id', null],
    sdk_code_1357045: SDK_CODE,
    sdk_code_1357046: SDK_CODE,
    sdk_code_1357047: SDK_CODE,
  };

let graph: GraphStandIn;
let managed: Managed;
beforeAll(async () => {
  graph = await startGraphStandIn({ ...PEOPLE, random: () => 0.5 });
  managed = await manageWith(graph);
});
afterAll(async () => {
  await managed.service.remove();
  await graph.close();
});

describe.each(Object.entries(CASES))('%s', (name, [operation, means, todo, wait]) => {
  const refused = STAND_IN_REFUSALS[name as StandInRefusal] as {
    readonly code: number;
    readonly message: string;
    readonly subcode?: number;
    readonly userMessage?: string;
    readonly details?: string;
  };
  const sentence = refused.userMessage ?? refused.details ?? refused.message;

  it('over HTTP and on record', async () => {
    graph.refuse(name as StandInRefusal);
    const { status, body } = await managed.call(operation.method, operation.path, operation.body);
    expect(status).toBe(name === 'no_such_object' ? 404 : 422);
    const { details } = body.error;
    expect(`${details.about} ${details.todo}`).toContain(means);
    expect(`${details.about} ${details.todo}`).toContain(todo);
    expect(details.wait_seconds ?? null).toBe(wait);
    const meta = {
      meta_code: refused.code,
      ...(refused.subcode === undefined ? {} : { meta_subcode: refused.subcode }),
      fbtrace_id: 'AStandInTraceId0000000A',
      meta_says: expect.stringContaining(sentence),
    };
    expect(details).toMatchObject(meta);
    const last = (await auditOf(managed.service)).at(-1);
    expect(last?.data).toMatchObject({ outcome: 'refused', error: meta });
  });

  it('on the command line', async () => {
    graph.refuse(name as StandInRefusal);
    const { code, stderr } = await managed.cli(operation.cli, operation.input);
    expect(code).toBe(1);
    for (const text of [means, todo, sentence, `code ${refused.code}`, 'trace AStandInTraceId0000000A']) {
      expect(stderr).toContain(text);
    }
    if (refused.subcode !== undefined) expect(stderr).toContain(`subcode ${refused.subcode}`);
    expect(/Time to wait: (\d+ \w+)/.exec(stderr)?.[1]).toBe(WAITS.get(wait));
  });
});

const WAITS: ReadonlyMap<number | null, string | undefined> = new Map([
  [null, undefined],
  [300, '5 minutes'],
  [3_600, '1 hour'],
  [86_400, '24 hours'],
  [259_200, '72 hours'],
]);

it('leaves no PIN, code or token anywhere', async () => {
  expect(secretsIn(await managed.everything())).toEqual([]);
});
