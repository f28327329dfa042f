/** What `hubcast doctor` finds of the journal and its disk: damage, whether the folder can be written, who else can read the files, and the space for them. */
import { constants, statSync } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isHubcastError, messageOf } from '../../core/errors.ts';
import type { FindingKind, StoreNotes } from '../store-notes.ts';
import { checkJournal, holdsUnforwarded } from './check.ts';
import { isMarkedDamaged } from './damage-mark.ts';
import { journalFile } from './files.ts';
import { isDamage } from './sqlite-error.ts';

const FINDINGS = {
  journal_not_writable: {
    severity: 'error',
    why: 'hubcast cannot start, or answers 503.',
    fix: 'Make DATA_DIR writable for the user hubcast runs as.',
  },
  journal_unusable: {
    severity: 'error',
    why: 'hubcast does not start on it, or answers 503.',
    fix: 'Run "hubcast journal check" to see what can be read. Then run "hubcast journal restore <backup>", or move the file away with its -wal and -shm to start with a new journal.',
  },
  journal_files_open: {
    severity: 'warning',
    why: 'Other users of this machine can read the messages of people, or change what was stored.',
    fix: 'Take the rights of group and others away: chmod 600 for the files named above. "hubcast serve" makes new ones so.',
  },
  journal_nearly_full: {
    severity: 'warning',
    why: 'When it is full, webhooks get 503; no event is removed to free space.',
    fix: 'Raise JOURNAL_MAX_BYTES or lower JOURNAL_RETENTION_HOURS. For a spool, raise SPOOL_MAX_BYTES and see why Kafka does not take the events.',
  },
  disk_nearly_full: {
    severity: 'error',
    why: 'Without space webhooks get 503, and Meta gives them up after 7 days.',
    fix: 'Free space on the disk of DATA_DIR, or move it to a larger one.',
  },
  disk_small: {
    severity: 'warning',
    why: 'The disk is full before the journal has reached its limit.',
    fix: 'Use a larger disk for DATA_DIR, or a lower limit.',
  },
} as const satisfies Record<string, FindingKind>;

export interface DiskCheck {
  readonly dataDir: string;
  readonly maxBytes: number;
  /** The setting that `maxBytes` comes from. */
  readonly boundedBy: string;
}

const MIB = 1024 * 1024;
const LEAST_FREE_BYTES = 256 * MIB;
const NEARLY = 0.8;

export async function checkDisk({ dataDir, maxBytes, boundedBy }: DiskCheck, notes: StoreNotes): Promise<void> {
  const find = (code: keyof typeof FINDINGS, what: string) => notes.report({ code, ...FINDINGS[code], what });
  notes.begin('journal');
  const { writable, freeBytes, journalBytes } = await inspectDisk(dataDir);
  const open = await openFiles(dataDir);
  if (open.length > 0)
    find('journal_files_open', `Group or others may use files of DATA_DIR ${dataDir}: ${open.join(', ')}.`);
  checkContent(dataDir, notes, find);
  if (!writable) return find('journal_not_writable', `DATA_DIR ${dataDir} is not writable for this user.`);
  if (journalBytes >= NEARLY * maxBytes) {
    find('journal_nearly_full', `The journal uses ${Math.floor((100 * journalBytes) / maxBytes)} % of ${boundedBy}.`);
  }
  const free = `${Math.floor(freeBytes / MIB)} MiB are free on the disk of DATA_DIR ${dataDir}`;
  if (freeBytes < LEAST_FREE_BYTES) find('disk_nearly_full', `${free}.`);
  else if (freeBytes < maxBytes - journalBytes) {
    const more = Math.ceil((maxBytes - journalBytes) / MIB);
    find('disk_small', `${free}; the journal may grow by ${more} MiB (${boundedBy}).`);
  }
}

/** Reading more takes minutes. */
const MAX_CHECKED_BYTES = 256 * MIB;

/** A small file is read whole; a large one is only opened. */
function checkContent(dataDir: string, notes: StoreNotes, find: (code: keyof typeof FINDINGS, what: string) => void) {
  const file = journalFile(dataDir);
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return;
    if (isMarkedDamaged(file)) return find('journal_unusable', `${file} was found damaged while it was in use.`);
    if (size > MAX_CHECKED_BYTES) {
      const reason = `it has ${Math.floor(size / MIB)} MiB; "hubcast journal check" reads all of them`;
      holdsUnforwarded(file);
      return notes.skip(`every page of ${file}`, reason);
    }
    const [problem] = checkJournal(file).problems;
    if (problem !== undefined) find('journal_unusable', `${file}: ${problem.replaceAll(/\s+/g, ' ')}`);
  } catch (error) {
    // Locked, or not for this user: that says nothing about the file.
    const cause = error instanceof Error ? error.cause : undefined;
    if (!isHubcastError(error) || (error.code === 'store_unavailable' && !isDamage(cause)))
      return notes.skip(file, messageOf(error));
    find('journal_unusable', messageOf(error));
  }
}

const GROUP_AND_OTHERS = 0o077;
/** Enough to see what is wrong. */
const MAX_NAMED = 10;

/** @returns names and modes; empty on Windows, which has none, and where there is no folder yet */
async function openFiles(dataDir: string): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const entries = await readdir(dataDir, { withFileTypes: true }).catch(() => []);
  const modes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name }) => ({ name, mode: await modeOf(join(dataDir, name)) })),
  );
  return modes
    .filter(({ mode }) => (mode & GROUP_AND_OTHERS) !== 0)
    .slice(0, MAX_NAMED)
    .map(({ name, mode }) => `${name} (${(mode & 0o777).toString(8)})`);
}

const modeOf = (file: string) =>
  stat(file).then(
    ({ mode }) => mode,
    () => 0,
  );

/** Of the folder, or of the nearest one above it that exists: serve makes it. */
async function inspectDisk(dataDir: string) {
  let folder = resolve(dataDir);
  while (!(await isUsable(folder, constants.F_OK)) && dirname(folder) !== folder) folder = dirname(folder);
  const file = journalFile(dataDir);
  const [writable, { bavail, bsize }, main, log] = await Promise.all([
    isUsable(folder, constants.W_OK | constants.X_OK),
    statfs(folder),
    sizeOf(file),
    sizeOf(`${file}-wal`),
  ]);
  return { writable, freeBytes: bavail * bsize, journalBytes: main + log };
}

const isUsable = (path: string, mode: number) =>
  access(path, mode).then(
    () => true,
    () => false,
  );

const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
