/** A data folder, a silent log and a clock for tests of the journal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../../../src/core/log.ts';
import { type Journal, type JournalOptions, openJournal } from '../../../../src/stores/journal/open-journal.ts';

export function makeScratchDir(): string {
  return mkdtempSync(join(tmpdir(), 'hubcast-journal-'));
}

export function removeScratchDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true });
}

export function openTestJournal(dataDir: string, changes: Partial<JournalOptions> = {}): Promise<Journal> {
  return openJournal({
    dataDir,
    retentionHours: 24,
    maxBytes: 1024 ** 3,
    writeTimeoutMs: 10_000,
    now: Date.now,
    monotonicMs: changes.now ?? (() => performance.now()),
    log: createLog('silent', { write: () => undefined }),
    ...changes,
  });
}

/** Runs `work` with a folder of its own, which is gone afterwards. */
export async function withDataDir<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = makeScratchDir();
  try {
    return await work(dataDir);
  } finally {
    removeScratchDir(dataDir);
  }
}
