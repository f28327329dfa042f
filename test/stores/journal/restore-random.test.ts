/**
 * A service is killed at a random point, and a copy takes the place of its journal: by hand with the old log beside it, by
 * hand without, by the command, or by a command that is killed as well. The next start is never ready on a damaged file,
 * and where it is ready on the copy no record is missing that was acknowledged before the copy was made.
 * RESTORE_ROUNDS=200 tries more than a test run does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { backupJournal } from '../../../src/stores/journal/backup.ts';
import { checkJournal } from '../../../src/stores/journal/check.ts';
import { filesOf, journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { startCli } from '../../support/run-cli.ts';
import { readAll } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const ROUNDS = Number(process.env.RESTORE_ROUNDS ?? 4);
const SCRIPT = fileURLToPath(new URL('./support/append-forever.ts', import.meta.url));
const TIMEOUT_MS = 60_000 + 15_000 * ROUNDS;
const between = (least: number, most: number) => Math.floor(least + Math.random() * (most - least));

/** @returns the ids that were acknowledged when the copy was begun */
async function appendCopyAndBeKilled(dataDir: string, copy: string): Promise<readonly string[]> {
  const child = spawn(process.execPath, [SCRIPT, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [copyAt, killAt] = [between(50, 5_000), between(50, 20_000)];
  const acknowledged: string[] = [];
  let before: readonly string[] = [];
  let copying: Promise<unknown> | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.length === 32) acknowledged.push(line);
    if (acknowledged.length >= copyAt && copying === undefined) {
      before = [...acknowledged];
      copying = backupJournal(journalFile(dataDir), copy, () => undefined).then(async () => {
        while (acknowledged.length < copyAt + killAt && child.exitCode === null) await sleep(5);
        child.kill('SIGKILL');
      });
    }
  }
  await copying;
  await exited;
  return before;
}

async function restoreCommand(dataDir: string, copy: string, killAfterMs: number | null): Promise<void> {
  const child = startCli(['journal', 'restore', copy], { env: { DATA_DIR: dataDir } });
  const exited = once(child, 'exit');
  if (killAfterMs !== null) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = await exited;
  if (killAfterMs === null) expect(code).toBe(0);
}

/** How a copy takes the place, and whether the journal is then the copy for certain. */
const WAYS: readonly [string, boolean, (dataDir: string, copy: string) => unknown][] = [
  ['by hand, with the old log', false, (dataDir, copy) => copyFileSync(copy, journalFile(dataDir))],
  [
    'by hand, without the old log',
    true,
    (dataDir, copy) => {
      for (const name of filesOf(journalFile(dataDir))) rmSync(name, { force: true });
      copyFileSync(copy, journalFile(dataDir));
    },
  ],
  ['by the command', true, (dataDir, copy) => restoreCommand(dataDir, copy, null)],
  ['by a command that is killed', false, (dataDir, copy) => restoreCommand(dataDir, copy, between(100, 700))],
];

it(
  `is never ready on a damaged file, and loses nothing of a copy, in ${ROUNDS} rounds`,
  async () => {
    const problems: unknown[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [way, isCopy, replace] = WAYS[round % WAYS.length] as (typeof WAYS)[number];
      await withDataDir(async (dataDir) => {
        const copy = join(dataDir, 'copy.db');
        const before = await appendCopyAndBeKilled(dataDir, copy);
        await replace(dataDir, copy);
        const journal = await openTestJournal(dataDir).catch((error: Error) => error.message);
        if (typeof journal === 'string') {
          if (isCopy || !journal.includes('hubcast journal restore')) problems.push({ way, refused: journal });
          return;
        }
        const { ready } = await journal.readiness();
        await journal.close();
        const damage = checkJournal(journalFile(dataDir)).problems;
        const reader = readJournal(dataDir);
        const there = new Set((await readAll(reader.read, 'whatsapp.crash')).map(({ value }) => JSON.parse(value).id));
        reader.close();
        const missing = before.filter((id) => !there.has(id)).length;
        const left = ['.restoring', '-wal.replaced'].filter((end) => existsSync(`${journalFile(dataDir)}${end}`));
        if (!ready || damage.length + missing + left.length > 0) problems.push({ way, ready, damage, missing, left });
      });
    }
    expect(problems).toEqual([]);
  },
  TIMEOUT_MS,
);
