/** At a real terminal: what is typed as PIN or code is not shown. Needs python3 for a pseudo-terminal. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GraphStandIn, startGraphStandIn } from '../../../src/sdk/testing/graph-stand-in/start-graph-stand-in.ts';
import { isThere } from '../../helm/tools.ts';
import { CODE, environmentOf, NEW_ID, PEOPLE, PIN, secretsIn } from '../../support/management.ts';
import { PLAIN_ENV } from '../../support/run-cli.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TYPE_INTO = join(ROOT, 'test', 'support', 'type-into.py');
const describePython = isThere('python3', '--version', 'the test at a terminal') ? describe : describe.skip;

describePython('at a terminal', () => {
  let graph: GraphStandIn;
  let folder: string;
  beforeEach(async () => {
    graph = await startGraphStandIn(PEOPLE);
    folder = mkdtempSync(join(tmpdir(), 'hubcast-terminal-'));
  });
  afterEach(async () => {
    await graph.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function type(answers: readonly (readonly [string, string])[], args: readonly string[]) {
    const command = [process.execPath, join(ROOT, 'bin', 'hubcast.js'), 'numbers', ...args];
    const child = spawn('python3', [TYPE_INTO, JSON.stringify(answers), ...command], {
      env: { ...PLAIN_ENV, TERM: 'xterm', ...environmentOf(graph), DATA_DIR: folder },
    });
    let shown = '';
    child.stdout.on('data', (chunk) => {
      shown += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, shown };
  }

  it('registers step by step, and shows no code and no PIN', async () => {
    const { code, shown } = await type(
      [
        ['How should Meta', ''],
        ['In which language', ''],
        ['The code', CODE],
        ['A new two-step PIN', PIN],
        ['The same again', PIN],
        ['Register now?', 'y'],
      ],
      ['register', NEW_ID],
    );
    expect([code, shown]).toEqual([0, expect.stringContaining('The number is registered')]);
    expect(secretsIn(shown)).toEqual([]);
  }, 90_000);

  it('registers a number whose name is in review', async () => {
    graph.change(NEW_ID, { name_status: 'PENDING_REVIEW' });
    const { code, shown } = await type(
      [
        ['How should Meta', ''],
        ['In which language', ''],
        ['The code', CODE],
        ['A new two-step PIN', PIN],
        ['The same again', PIN],
        ['Register now?', 'y'],
      ],
      ['register', NEW_ID],
    );
    expect([code, shown]).toEqual([0, expect.stringContaining('The number is registered')]);
    expect(shown).toContain('name is in review');
    const read = await fetch(`${graph.url}/v26.0/${NEW_ID}?fields=status,name_status`, {
      headers: { authorization: `Bearer ${graph.accessToken}` },
    });
    expect(await read.json()).toMatchObject({ status: 'CONNECTED', name_status: 'PENDING_REVIEW' });
  }, 90_000);

  it('does nothing that is not confirmed', async () => {
    const { code, shown } = await type([['Continue?', 'n']], ['deregister', NEW_ID]);
    expect([code, shown]).toEqual([2, expect.stringContaining('was not started')]);
    expect(shown).toContain('Nothing is deleted');
    expect(graph.calls.filter(({ method }) => method === 'POST')).toEqual([]);
  }, 90_000);
});
