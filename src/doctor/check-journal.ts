/** The embedded journal: its folder, its size, the room on its disk. */
import type { Notes } from './notes.ts';

export interface DiskFacts {
  readonly writable: boolean;
  readonly freeBytes: number;
  /** Of the journal and its log. */
  readonly journalBytes: number;
}

export interface JournalCheck {
  readonly dataDir: string;
  readonly maxBytes: number;
  /** Of the folder, or of the one it would be made in. */
  readonly inspect: (dataDir: string) => Promise<DiskFacts>;
  readonly notes: Notes;
}

const MIB = 1024 * 1024;
const LEAST_FREE_BYTES = 256 * MIB;
const NEARLY = 0.8;

export async function checkJournal({ dataDir, maxBytes, inspect, notes }: JournalCheck): Promise<void> {
  notes.begin('journal');
  const { writable, freeBytes, journalBytes } = await inspect(dataDir);
  if (!writable) {
    notes.find('journal_not_writable', `DATA_DIR ${dataDir} is not writable for this user.`);
    return;
  }
  const free = `${Math.floor(freeBytes / MIB)} MiB are free on the disk of DATA_DIR ${dataDir}`;
  if (journalBytes >= NEARLY * maxBytes) {
    const percent = Math.floor((100 * journalBytes) / maxBytes);
    notes.find('journal_nearly_full', `The journal uses ${percent} % of JOURNAL_MAX_BYTES.`);
  }
  if (freeBytes < LEAST_FREE_BYTES) notes.find('disk_nearly_full', `${free}.`);
  else if (freeBytes < maxBytes - journalBytes) {
    const more = Math.ceil((maxBytes - journalBytes) / MIB);
    notes.find('disk_small', `${free}; the journal may grow by ${more} MiB (JOURNAL_MAX_BYTES).`);
  }
}
