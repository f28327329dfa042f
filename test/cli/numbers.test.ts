import { describe, expect, it } from '@jest/globals';
import type { GraphStandIn } from '../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { NEW_NUMBER } from '../../src/sdk/testing/graph-stand-in/state.ts';
import { ACCOUNT, BIG_ID, NUMBER, standInWith } from '../support/graph.ts';
import { runCli } from '../support/run-cli.ts';

const two = {
  accounts: [
    {
      id: ACCOUNT,
      portfolioId: '555',
      numbers: [NUMBER, { ...NEW_NUMBER, id: BIG_ID, display_phone_number: '+49 1512 3456789' }],
    },
  ],
};

function run(graph: GraphStandIn, args: readonly string[], env: Record<string, string> = {}) {
  return runCli(['numbers', ...args], {
    env: { META_GRAPH_URL: graph.url, META_ACCESS_TOKEN: graph.accessToken, WABA_IDS: ACCOUNT, ...env },
  });
}

describe('hubcast numbers', () => {
  it.each([[[]], [['list']], [['get']], [['find']], [['health']], [['watch']]])(
    '%j --help shows examples',
    async (args: string[]) => {
      const { code, stdout } = await runCli(['numbers', ...args, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
    },
  );

  it('lists, gets and finds', async () => {
    const graph = await standInWith(two);
    const list = await run(graph, ['list', '--status', 'PENDING']);
    expect(JSON.parse(list.stdout).data).toMatchObject([{ phone_number_id: BIG_ID }]);
    expect(JSON.parse((await run(graph, ['get', NUMBER.id])).stdout)).toMatchObject({ account_id: ACCOUNT });
    const found = await run(graph, ['find', '+1 (631) 555-5555', '--account', ACCOUNT, '--json']);
    expect(JSON.parse(found.stdout)).toMatchObject({ phone_number_id: NUMBER.id, match: 'exact' });
  });

  it('says whose value VERIFIED is, and what Meta says where an account cannot be read', async () => {
    const graph = await standInWith(two);
    const verified = await run(graph, ['list', '--status', 'verified']);
    expect([verified.code, JSON.parse(verified.stdout).data]).toEqual([0, []]);
    expect(verified.stderr).toContain('VERIFIED is a value of code_verification_status');
    const error = { code: 100, error_subcode: 33, error_user_msg: 'Ask the owner of \u001b[2Jit.', fbtrace_id: 'T1' };
    graph.script({ path: /phone_numbers$/, status: 400, body: { error } });
    const one = await run(graph, ['health']);
    expect(one.stderr).toContain('Meta answered code 100/33 (trace T1): Ask the owner of  [2Jit.');
    graph.script({ path: /\/404\/phone_numbers$/, status: 400, body: { error } });
    const both = await run(graph, ['health'], { WABA_IDS: `${ACCOUNT},404` });
    expect(both.stderr).toContain('Meta says: Ask the owner of  [2Jit. (trace T1)');
  });

  it('reports health, and ends with 1 when a number is blocked', async () => {
    const graph = await standInWith(two);
    const well = await run(graph, ['health']);
    expect(well.code).toBe(0);
    expect(JSON.parse(well.stdout)).toMatchObject({
      summary: { ok: 1, setting_up: 1 },
      portfolios: [{ portfolio_id: '555' }],
    });
    graph.change(NUMBER.id, { status: 'BANNED' });
    expect((await run(graph, ['health'])).code).toBe(1);
    expect((await run(graph, ['health', NUMBER.id])).code).toBe(1);
    expect((await run(graph, ['health', BIG_ID])).code).toBe(0);
  });

  it('ends with 1 when an account cannot be read, and says which', async () => {
    const graph = await standInWith(two);
    const { code, stdout, stderr } = await run(graph, ['health'], { WABA_IDS: `${ACCOUNT},999` });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).summary.ok).toBe(1);
    expect(stderr).toContain('Account 999: ');
  });

  it.each([
    [['get', 'abc'], 2, '1 to 20 digits'],
    [['find', 'abc'], 2, '+1 (631) 555-1234'],
    [['find', '4915123456000'], 1, 'there is no such API'],
    [['get', '404'], 1, 'WABA_IDS'],
    [['list', '--account', '1'], 1, 'not one of WABA_IDS'],
    [['nothing'], 2, 'unknown command'],
  ])('%j ends with %s and says what to do', async (args, code, text) => {
    const result = await run(await standInWith(two), args);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(text);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  it('says what is wrong with the token, and never shows it', async () => {
    const graph = await standInWith(two);
    graph.expireToken(true);
    const { code, stdout, stderr } = await run(graph, ['list'], { META_APP_SECRET: 'app-secret' });
    expect(code).toBe(1);
    expect(stderr).toContain('META_ACCESS_TOKEN has expired or was revoked');
    expect(stdout + stderr).not.toContain(graph.accessToken);
    const { stderr: without } = await runCli(['numbers', 'list'], { env: {} });
    expect(without).toContain('META_ACCESS_TOKEN is not set');
  });
});
