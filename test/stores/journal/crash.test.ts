import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { readAll, valuesOf } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const SCRIPT = fileURLToPath(new URL('./support/append-forever.ts', import.meta.url));

/** Lets the child append for a while, kills it, and gives back the ids it had been told are durable. */
async function appendUntilKilled(dataDir: string, forMs: number): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, [SCRIPT, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ids: string[] = [];
  if (child.stdout === null) throw new Error('no stdout');
  const lines = createInterface({ input: child.stdout });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  lines.on('line', (line) => {
    if (line === 'open') setTimeout(() => child.kill('SIGKILL'), forMs);
    else ids.push(line);
  });
  await ended;
  // The kill may cut the last line; a whole one has 32 digits.
  return ids.filter((id) => id.length === 32);
}

it('has every acknowledged record exactly once after kill -9 at any moment, and goes on', async () => {
  await withDataDir(async (dataDir) => {
    const acknowledged: string[] = [];
    let lastOffset = 0n;
    for (const forMs of [0, 7, 60, 250, 400]) {
      acknowledged.push(...(await appendUntilKilled(dataDir, forMs)));

      const database = new DatabaseSync(journalFile(dataDir));
      expect(database.prepare('PRAGMA integrity_check').get()?.integrity_check).toBe('ok');
      database.close();

      const reader = readJournal(dataDir);
      const stored = await readAll(reader.read, 'whatsapp.crash');
      reader.close();
      const ids = valuesOf(stored).map((value) => JSON.parse(value).id as string);
      expect(new Set(ids).size).toBe(ids.length);
      const found = new Set(ids);
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
      const offset = BigInt(stored.at(-1)?.offset ?? 0);
      expect(offset >= lastOffset).toBe(true);
      lastOffset = offset;

      // A repeated delivery of everything that was stored, acknowledged or not, adds nothing.
      const journal = await openTestJournal(dataDir);
      await journal.append(
        stored.map(({ topic, key, headers, value, timestampMs }) => ({
          ...{ topic, key, headers, value, timestampMs },
          id: JSON.parse(value).id,
          repeatable: false,
        })),
      );
      expect(journal.counts()).toMatchObject({ stored: 0, repeated: stored.length });
      await journal.close();
    }
    expect(acknowledged.length).toBeGreaterThan(100);
  });
}, 60_000);
