/** The command over a journal: while its service runs, and after. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { post } from '../support/name-update.ts';
import { type RunningService, runCli, SECRET, startServe } from '../support/run-cli.ts';

const WRONG = { display_phone_number: 15550783881, decision: '\u001b[31mAPPROVED' };
const TOKEN = 'replay-token-0123456789';
const BODY = JSON.stringify({
  object: 'whatsapp_business_account',
  entry: [{ id: '77', time: 1739321024, changes: [{ field: 'phone_number_name_update', value: WRONG }] }],
});

describe('hubcast dead-letters', () => {
  let folder: string;
  let service: RunningService;
  let id: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hubcast-letters-'));
    writeFileSync(join(folder, 'repaired.json'), JSON.stringify({ ...WRONG, display_phone_number: '15550783881' }));
    service = await startServe({ DATA_DIR: folder, API_TOKENS: `ops=${TOKEN};events:replay` });
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
    await post(`${service.publicUrl}/webhook`, Buffer.from(BODY), SECRET);
    await post(`${service.publicUrl}/webhook`, Buffer.from('not json'), SECRET);
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) => runCli(['dead-letters', ...args], { env: { DATA_DIR: folder } });
  const repaired = () => ['--id', id, '--value', join(folder, 'repaired.json')];
  const events = async () => {
    const { stdout } = await runCli(['events', '--type', 'phone_number_name_update', '--format', 'json'], {
      env: { DATA_DIR: folder },
    });
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).event);
  };

  it('lists and shows them', async () => {
    const all = (await run('list')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(all.map(({ field, part }) => [field, part])).toEqual([
      ['phone_number_name_update', 'value'],
      [null, 'body'],
    ]);
    id = all[0].id;
    expect((await run('list', '--code', 'not_json', '--json')).stdout.trim().split('\n')).toHaveLength(1);
    expect((await run('list', '--field', 'messages')).stdout).toBe('');
    expect((await run('list', '--to', '1h')).stdout).toBe('');
    const { stdout } = await run('show', id);
    expect(JSON.parse(stdout).event.data.value).toEqual(WRONG);
    expect(await run('show', 'x')).toMatchObject({ code: 1, stderr: expect.stringContaining('No dead letter') });
  });

  it('has the running service put back what was repaired', async () => {
    const nothing = await run('replay', '--dry-run');
    expect(nothing).toMatchObject({
      code: 0,
      stderr: '0 would be stored, 2 still refused, 0 still unreadable\n',
    });
    expect(await run('replay', '--dry-run', ...repaired())).toMatchObject({ code: 0 });
    expect(await events()).toEqual([]);
    const withoutToken = await run('replay', ...repaired(), '--url', service.internalUrl);
    expect(withoutToken).toMatchObject({ code: 1, stderr: expect.stringContaining('events:replay, by --token-file') });
    expect(await events()).toEqual([]);
    const through = ['--url', service.internalUrl, '--token-file', join(folder, 'token')];
    const { code, stdout, stderr } = await run('replay', ...repaired(), ...through, '--json');
    expect([code, stderr]).toEqual([0, '1 stored, 0 still refused, 0 still unreadable\n']);
    expect(await events()).toMatchObject([{ id: JSON.parse(stdout).events[0].id, subject: '15550783881' }]);
    const unreachable = await run('replay', '--url', 'http://127.0.0.1:1');
    expect(unreachable).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be reached') });
  });

  it('puts it back itself once the service is stopped', async () => {
    await service.end('SIGTERM');
    expect(await run('replay', ...repaired())).toMatchObject({ code: 0, stdout: expect.stringContaining('stored as') });
    const [first, second] = await events();
    // The same event under the same id; only the one who repaired it differs.
    expect(second).toEqual({ ...(first as object), repairedby: expect.stringMatching(/^cli:/) });
    expect(first).toMatchObject({ repairedby: 'token:ops' });
    expect(await run('replay', '--id', id)).toMatchObject({ code: 1, stdout: expect.stringContaining('refused') });
  });

  it('says what is wrong with the command', async () => {
    for (const args of [
      ['--value', 'x.json'],
      ['--value', '/nowhere', '--id', id],
      ['--url', 'ftp://x'],
      ['--from', 'soon'],
    ]) {
      const { code, stderr } = await run('replay', ...args);
      expect([args, code, stderr.includes('    at ')]).toEqual([args, 2, false]);
    }
  });
});
