/** What a process logged before it crashed is written before its last line, in order, whatever the reader does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';

const PROGRAM = join(import.meta.dirname, 'crashing-process.ts');
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(how: 'crash' | 'exit', shared: 'yes' | 'no' = 'no') {
  const env = { META_APP_SECRET: 's', META_VERIFY_TOKEN: 't', SHARED: shared };
  const child = spawn(process.execPath, [PROGRAM, how], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

const exitCode = async (child: ChildProcess) => (await once(child, 'exit'))[0];

describe('a process that crashes', () => {
  it.each([
    ['alone', 'no'],
    ['with others on the same pipe', 'yes'],
  ] as const)(
    '%s has written all of its log, and the crash last, three times',
    async (_name, shared) => {
      for (let round = 0; round < 3; round += 1) {
        const child = start('crash', shared);
        const [log, code] = await Promise.all([text(child.stdout), exitCode(child)]);
        expect(code).toBe(1);
        const lines = log
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
        const numbers = lines.slice(0, -1).map(({ n }) => n);
        expect(numbers).toEqual(Array.from({ length: 4_000 }, (_, n) => n));
        expect(lines.at(-1)).toMatchObject({ level: 'fatal', msg: 'hubcast crashed', err: { message: 'on purpose' } });
      }
    },
    60_000,
  );

  it('ends although the log is not read', async () => {
    expect(await exitCode(start('crash'))).toBe(1);
  }, 20_000);
});

it('a reader of the log that goes away ends no process', async () => {
  const child = start('exit');
  child.stdout.destroy();
  expect(await exitCode(child)).toBe(7);
}, 20_000);

it('lines that wait for a reader take no more memory than they are long', async () => {
  const program = join(import.meta.dirname, 'stalled-log-process.ts');
  const child = spawn(process.execPath, ['--expose-gc', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  expect(Number(await text(child.stderr))).toBeLessThan(2 * 1024 * 1024);
}, 20_000);
