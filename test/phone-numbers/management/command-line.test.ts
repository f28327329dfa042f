/** Managing from the command line without a service, step by step with a person, and with nothing to ask at. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ask } from '../../../src/cli/ask.ts';
import { guideRegister } from '../../../src/cli/guided-register.ts';
import { createServiceClient } from '../../../src/phone-numbers/management/service-client.ts';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { NUMBER, rejectionOf } from '../../support/graph.ts';
import {
  auditOf,
  CODE,
  environmentOf,
  MANAGE_TOKEN,
  type Managed,
  manageWith,
  NEW_ID,
  PEOPLE,
  PIN,
  secretsIn,
  WRONG_PIN,
} from '../../support/management.ts';
import { runCli } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';

let graph: GraphStandIn;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hubcast-manage-'));
  graph = await startGraphStandIn(PEOPLE);
});
afterAll(async () => {
  await graph.close();
  rmSync(folder, { recursive: true, force: true });
});

const numbers = (args: readonly string[], input = '', env: Record<string, string> = {}) =>
  runCli(['numbers', ...args], { env: { ...environmentOf(graph), DATA_DIR: join(folder, 'own'), ...env }, input });

describe('without a service', () => {
  it('asks Meta from here, and keeps the record in the store of the settings', async () => {
    const pinFile = join(folder, 'pin');
    writeFileSync(pinFile, `${PIN}\n`);
    const { code, stdout, stderr } = await numbers(['pin', NUMBER.id, '--pin-file', pinFile, '--yes']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('recorded in the journal in ')]);
    expect(JSON.parse(stdout)).toMatchObject({ operation: 'set-pin', audit: 'complete' });
    const events = await runCli(['events', '--from', 'start', '--format', 'json'], {
      env: { DATA_DIR: join(folder, 'own') },
    });
    const stored = events.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(stored.map(({ data }) => `${data.operation} ${data.outcome} ${data.actor.kind}`)).toEqual([
      'set-pin started cli',
      'set-pin done cli',
    ]);
    expect(secretsIn(stdout + stderr + events.stdout)).toEqual([]);
  });

  it('does nothing when the record cannot be kept, unless told so', async () => {
    const managed = await manageWith(graph);
    try {
      const taken = { DATA_DIR: managed.service.dataDir };
      const earlier = graph.calls.length;
      const { code, stderr } = await numbers(['deregister', NUMBER.id, '--yes'], '', taken);
      expect([code, stderr]).toEqual([1, expect.stringContaining('so it was not started')]);
      expect(stderr).toContain('--url');
      expect(graph.calls.slice(earlier).filter(({ method }) => method === 'POST')).toEqual([]);
      const anyway = await numbers(['deregister', NUMBER.id, '--yes', '--without-audit'], '', taken);
      expect([anyway.code, anyway.stderr]).toEqual([0, expect.stringContaining('without a record')]);
      expect(JSON.parse(anyway.stdout)).toMatchObject({ audit: 'off' });
    } finally {
      await managed.service.remove();
    }
  });

  it.each([
    ['no PIN and no terminal', ['register', NUMBER.id, '--yes'], '', {}, 2, '--pin-file - for standard input'],
    ['an empty PIN', ['pin', NUMBER.id, '--pin-file', '-', '--yes'], '\n', {}, 2, 'contains no PIN'],
    ['a PIN of five digits', ['pin', NUMBER.id, '--pin-file', '-', '--yes'], '12345', {}, 2, 'Six digits'],
    ['a PIN as an argument', ['register', NUMBER.id, PIN], '', {}, 2, 'too many arguments'],
    ['nobody to confirm', ['deregister', NUMBER.id], '', {}, 2, 'add --yes'],
    ['a bad id', ['deregister', 'abc', '--yes'], '', {}, 2, '1 to 20 digits'],
    ['management off', ['deregister', NUMBER.id, '--yes'], '', { MANAGEMENT: 'off' }, 1, 'MANAGEMENT=on'],
    [
      'a region there is none of',
      ['register', NUMBER.id, '--region', 'XX', '--pin-file', '-', '--yes'],
      PIN,
      {},
      2,
      'One of AU',
    ],
    ['components that are no JSON', ['conversational', NUMBER.id, '--set', '-'], PIN, {}, 2, 'JSON'],
    [
      'a service that is away',
      ['registration', NUMBER.id, '--url', 'http://127.0.0.1:1'],
      '',
      {},
      1,
      'gives no answer',
    ],
  ])('%s: says what to do', async (_, args, input, env, code, text) => {
    const earlier = graph.calls.length;
    const result = await numbers(args as string[], input as string, env as Record<string, string>);
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(text as string)]);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(secretsIn(result.stdout + result.stderr)).toEqual([]);
    expect(graph.calls.slice(earlier).filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('follows the review of a name to its end', async () => {
    graph.change(NUMBER.id, { new_display_name: 'Lucky Two', new_name_status: 'PENDING_REVIEW' });
    const following = numbers(['display-name', NUMBER.id, '--follow', '--every', '1']);
    const reads = () => graph.calls.filter(({ query }) => query.fields?.startsWith('verified_name,name_status')).length;
    await until(() => reads() >= 2);
    await graph.reviewName(NUMBER.id, 'REJECTED');
    const { code, stdout, stderr } = await following;
    expect([code, JSON.parse(stdout).new_name_status]).toEqual([1, 'DECLINED']);
    expect(stderr).toContain('in review');
  });
});

/** Answers in order; what is asked and said is kept. */
function scripted(answers: readonly (string | boolean)[]) {
  const left = [...answers];
  const said: string[] = [];
  const next = <Answer>(question: string): Promise<Answer> => {
    said.push(question);
    const answer = left.shift();
    if (answer === undefined) throw new Error(`Nothing is left to answer to: ${question}`);
    return Promise.resolve(answer as Answer);
  };
  const ask: Ask = {
    secret: next,
    text: next,
    choose: next,
    confirm: next,
    say: (text) => void said.push(text),
  };
  return { ask, said, left };
}

describe('registering step by step', () => {
  let managed: Managed;
  let own: GraphStandIn;
  beforeEach(async () => {
    own = await startGraphStandIn(PEOPLE);
    managed = await manageWith(own);
  });
  afterEach(async () => {
    await managed.service.remove();
    await own.close();
  });
  const client = () => createServiceClient(managed.service.internalUrl, MANAGE_TOKEN, globalThis.fetch);

  it('goes through code, check, PIN and registration, explains a refusal on the way', async () => {
    const { ask, said, left } = scripted([
      'SMS',
      'de',
      '111111',
      true,
      'have',
      '570-836',
      'not six',
      PIN,
      WRONG_PIN,
      PIN,
      PIN,
      true,
    ]);
    const done = await guideRegister(client(), ask, NEW_ID, { region: undefined });
    expect([done.operation, left]).toEqual(['register', []]);
    const text = said.join('\n');
    expect(text).toContain('Prove that the number is yours');
    expect(text).toContain('The code is wrong or outdated.');
    expect(text).toContain('A PIN is six digits.');
    expect(text).toContain('The two differ.');
    expect(text).toContain('no API can switch it off again');
    expect(secretsIn(text)).toEqual([]);
    expect((await auditOf(managed.service)).map(({ data }) => `${data.operation} ${data.outcome}`)).toEqual([
      'request-code started',
      'request-code done',
      'verify-code started',
      'verify-code refused',
      'verify-code started',
      'verify-code done',
      'register started',
      'register done',
    ]);
  });

  it('asks for the PIN a number has, once, and does not go on when a lock would follow', async () => {
    own.change(NUMBER.id, { status: 'DISCONNECTED', platform_type: 'NOT_APPLICABLE' });
    own.script({ path: /register$/, status: 400, body: { error: { code: 133016 } } });
    const { ask, said } = scripted([PIN, true]);
    const error = await rejectionOf(guideRegister(client(), ask, NUMBER.id, { region: undefined }));
    expect(error.message).toContain('after that time');
    expect(said.join('\n')).toContain('Wait 72 hours');
  });

  it('verifies again when Meta wants it, and stops when the person does', async () => {
    own.change(NUMBER.id, { status: 'DISCONNECTED', platform_type: 'NOT_APPLICABLE' });
    own.script({ path: /register$/, status: 400, body: { error: { code: 133006 } } });
    const { ask, left } = scripted([PIN, true, true, 'VOICE', 'en_US', CODE, PIN, false]);
    const error = await rejectionOf(guideRegister(client(), ask, NUMBER.id, { region: undefined }));
    expect([error.message, left]).toEqual(['Stopped. The number is not registered.', []]);
  });

  it('registers a number whose name is in review', async () => {
    own.change(NEW_ID, { code_verification_status: 'VERIFIED', name_status: 'PENDING_REVIEW' });
    const { ask, said, left } = scripted([PIN, PIN, true]);
    const done = await guideRegister(client(), ask, NEW_ID, { region: undefined });
    expect([done.operation, left]).toEqual(['register', []]);
    expect(said.join('\n')).toContain('in review, which does not prevent registering');
    expect(await client().run('registration', NEW_ID, {})).toMatchObject({
      status: 'CONNECTED',
      name_status: 'PENDING_REVIEW',
      next: 'none',
    });
  });

  it('shows what Meta says where it refuses a name, and takes another try', async () => {
    own.change(NEW_ID, { code_verification_status: 'VERIFIED', name_status: 'PENDING_REVIEW' });
    own.refuse('name_not_processed');
    const { ask, said, left } = scripted([PIN, PIN, true, true, PIN, PIN, true]);
    const done = await guideRegister(client(), ask, NEW_ID, { region: undefined });
    expect([done.operation, left]).toEqual(['register', []]);
    expect(said.join('\n')).toContain(
      'Meta says: Cannot Create Certificate. The display name of this number cannot be',
    );
  });

  const ofApp = { is_on_biz_app: true, platform_type: 'ON_PREMISE', code_verification_status: 'NOT_VERIFIED' };

  it('tells the way of a number of the WhatsApp Business app, and asks Meta nothing', async () => {
    own.change(NEW_ID, ofApp);
    const { ask, said } = scripted([false]);
    const error = await rejectionOf(guideRegister(client(), ask, NEW_ID, { region: undefined }));
    expect(error.message).toBe('Stopped. The number is as it was.');
    expect(said.join('\n')).toContain('Embedded Signup (coexistence)');
    expect(own.calls.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('goes on with it once its account in the app is deleted', async () => {
    own.change(NEW_ID, ofApp);
    const { ask, left } = scripted([true, 'SMS', 'en_US', CODE, PIN, PIN, true]);
    const work = guideRegister(client(), ask, NEW_ID, { region: undefined });
    while (own.calls.every(({ path }) => !path.endsWith('request_code'))) await new Promise(setImmediate);
    own.change(NEW_ID, { is_on_biz_app: false, platform_type: 'NOT_APPLICABLE' });
    expect([(await work).operation, left]).toEqual(['register', []]);
  });
});
