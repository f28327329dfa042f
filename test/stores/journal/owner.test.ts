import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { expect, it } from '@jest/globals';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { startWorkerThread } from '../../../src/stores/journal/worker-link.ts';
import { makeRecord } from '../make-record.ts';
import { readAll, valuesOf } from '../read-all.ts';
import { openTestJournal, withDataDir } from './support/scratch.ts';

const SCRIPT = fileURLToPath(new URL('./support/append-forever.ts', import.meta.url));

it('refuses a second owner in the same process, and takes one after the first closed', async () => {
  await withDataDir(async (dataDir) => {
    const first = await openTestJournal(dataDir);
    await expect(openTestJournal(dataDir)).rejects.toMatchObject({
      code: 'store_locked',
      message: expect.stringContaining(dataDir),
    });
    await first.append([makeRecord('t')]);
    await first.close();
    await (await openTestJournal(dataDir)).close();
  });
});

it('refuses a second owner while another process has the folder, and takes it as soon as that one is killed', async () => {
  await withDataDir(async (dataDir) => {
    const child = spawn(process.execPath, [SCRIPT, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      child.stdout.resume();
      await expect(openTestJournal(dataDir)).rejects.toMatchObject({ code: 'store_locked' });
    } finally {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    await (await openTestJournal(dataDir)).close();
  });
});

it('says what is wrong with a folder that cannot be made', async () => {
  await withDataDir(async (dataDir) => {
    writeFileSync(journalFile(dataDir), '');
    await expect(openTestJournal(`${journalFile(dataDir)}/below`)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('DATA_DIR'),
    });
  });
});

it('fails open appends when its thread dies, says so, and starts it again', async () => {
  await withDataDir(async (dataDir) => {
    const workers: Worker[] = [];
    const journal = await openTestJournal(dataDir, {
      startWorker: (settings) => {
        const worker = startWorkerThread(settings);
        workers.push(worker);
        return worker;
      },
    });
    await journal.append([makeRecord('t', { value: 'before' })]);
    const record = makeRecord('t', { value: 'during' });
    const lost = journal.append([record]);
    const failed = expect(lost).rejects.toMatchObject({ code: 'store_unavailable' });
    void workers[0]?.terminate();
    await failed;
    await expect(journal.append([record])).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await journal.readiness()).toMatchObject({ ready: false, reason: expect.stringContaining('thread') });

    for (let tries = 0; tries < 100 && workers.length < 2; tries += 1) await sleep(50);
    let stored = false;
    for (let tries = 0; tries < 100 && !stored; tries += 1) {
      stored = await journal.append([record]).then(
        () => true,
        () => sleep(50, false),
      );
    }
    const reader = readJournal(dataDir);
    expect(valuesOf(await readAll(reader.read, 't'))).toEqual(['before', 'during']);
    reader.close();
    await journal.close();
    expect(workers).toHaveLength(2);
  });
});

it('is not ready once its file was taken away', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    renameSync(journalFile(dataDir), `${journalFile(dataDir)}.old`);
    expect(await journal.readiness()).toMatchObject({ ready: false, reason: expect.stringContaining('removed') });
    await journal.close();
  });
});

it('refuses an id that is none, without failing its neighbours', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    const good = journal.append([makeRecord('t')]);
    await expect(journal.append([makeRecord('t', { id: 'not-hex' })])).rejects.toMatchObject({ code: 'internal' });
    await good;
    await journal.close();
  });
});

it('commits requests that arrive together in few transactions', async () => {
  await withDataDir(async (dataDir) => {
    const journal = await openTestJournal(dataDir);
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        for (let n = 0; n < 20; n += 1) await journal.append([makeRecord('t')]);
      }),
    );
    const { stored, transactions } = journal.counts();
    expect(stored).toBe(640);
    expect(transactions).toBeLessThan(64);
    await journal.close();
  });
});
