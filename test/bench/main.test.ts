import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'hubcast-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bench = (...args: string[]) => [process.execPath, ['bench/main.ts', ...args]] as const;

describe('npm run bench', () => {
  it('measures the bare floor and writes table and JSON', async () => {
    const file = join(folder, 'out', 'floor.json');
    const flags = [
      '--only',
      'floor-bare',
      '--rounds',
      '1',
      '--seconds',
      '1',
      '--warm-up',
      '0.2',
      '--lead-in',
      '0.1',
      '--json',
      file,
    ];
    const { stdout, stderr } = await run(...bench(...flags));
    expect(stdout).toMatch(/^floor-bare +[\d,]+ /m);
    expect(stderr).toContain('round 1/1  floor-bare');
    const report = JSON.parse(readFileSync(file, 'utf8'));
    expect(report.failures).toEqual([]);
    expect(report.scenarios).toHaveLength(1);
    expect(report.scenarios[0]).toMatchObject({ name: 'floor-bare', otherwise: 0, lost: 0, unanswered: 0 });
    expect(report.scenarios[0].perSecond.median).toBeGreaterThan(100);
    expect(report.rounds['floor-bare'][0].load.statuses).toEqual({ 200: report.scenarios[0].answered });
    expect(report.machine).toMatchObject({ node: process.version, cores: expect.any(Number) });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const)('leaves no process and no folder behind after %s', async (signal, status) => {
    const [command, args] = bench('--only', 'floor-express', '--seconds', '30', '--json', join(folder, 'never.json'));
    const env = { ...process.env, TMPDIR: mkdtempSync(join(folder, 'tmp-')) };
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    while (!said.includes('warming up')) said += (await once(child.stderr, 'data'))[0];
    child.stderr.on('data', (text) => {
      said += text;
    });
    const started = await childrenOf(child.pid ?? 0);
    expect(started.length).toBeGreaterThanOrEqual(2);
    child.kill(signal);
    await once(child, 'exit');
    expect(child.exitCode).toBe(status);
    if (signal === 'SIGINT') expect(said).toContain('Stopped');
    const left = () => [...started.filter(isRunning), ...readdirSync(env.TMPDIR)];
    for (const deadline = Date.now() + 5000; left().length > 0 && Date.now() < deadline; ) await sleep(50);
    expect(left()).toEqual([]);
  });

  it('refuses to compare with what is no checkout', async () => {
    await expect(run(...bench('--only', 'journal-closed', '--against', folder))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('which is no checkout of hubcast. Give the folder of a clone.'),
    });
  });

  it('names the scenarios when one does not exist', async () => {
    await expect(run(...bench('--only', 'florr'))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"florr", which is no scenario. Choose from generator, floor-bare'),
    });
  });
});

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').map(Number).filter(Boolean);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
