/**
 * No 200 leaves before its bytes are synced: a process appends, all it does to its files is recorded, and the folder is
 * made as a power cut at any moment may leave it. Every record that was acknowledged before the cut is there, and the
 * file opens. POWER_CUTS=1000 tries more cuts than a test run does.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkJournal } from '../../../src/stores/journal/check.ts';
import { journalFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { whyNoCompiler } from '../../support/shared-library.ts';
import { openTestJournal, withDataDir } from '../journal/support/scratch.ts';
import { topicPlan } from '../kafka/support.ts';
import { readAll } from '../read-all.ts';
import { kafkaWriter, openTestSpool } from '../spool/support/open-test-spool.ts';
import { Disk } from './disk.ts';
import { compileRecorder, type Done, recordRun } from './recording.ts';

const CUTS = Number(process.env.POWER_CUTS ?? 40);
const SEED = 1;
const TIMEOUT_MS = 60_000 + 1_000 * CUTS;
const NOBODY = '127.0.0.1:1';
const PREFIX = 'power-loss';

interface Kind {
  readonly name: string;
  readonly command: (dataDir: string) => readonly string[];
  /** How many lines it says before it is stopped. */
  readonly lines: number;
  readonly isAcknowledgement: RegExp;
  /** Opens the folder as the service does. */
  readonly open: (dataDir: string) => Promise<{ close(): Promise<void> }>;
  readonly topic: string;
  readonly lineOf: (record: { readonly key: string | null; readonly value: string }) => string;
}

const script = (path: string) => join(import.meta.dirname, '..', path);
const topic = topicPlan('messages', PREFIX);

const KINDS: readonly Kind[] = [
  {
    name: 'journal',
    command: (dataDir) => [script('journal/support/append-forever.ts'), dataDir],
    lines: 6_000,
    isAcknowledgement: /^[0-9a-f]{32}$/,
    open: (dataDir) => openTestJournal(dataDir),
    topic: 'whatsapp.crash',
    lineOf: ({ value }) => JSON.parse(value).id,
  },
  {
    name: 'spool',
    command: (dataDir) => [script('spool/support/spool-forever.ts'), dataDir, NOBODY, PREFIX],
    lines: 4_000,
    isAcknowledgement: /^key-\d \d+$/,
    open: (dataDir) => openTestSpool(dataDir, { drainTimeoutMs: 0, openKafka: () => kafkaWriter([NOBODY], [topic]) }),
    topic: topic.name,
    lineOf: ({ key, value }) => `${key} ${value}`,
  },
];

/** A generator of the same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Loss {
  readonly at: number;
  readonly missing: number;
  readonly error: string | null;
}

async function lossAt(kind: Kind, folder: string, acknowledged: readonly string[]): Promise<Omit<Loss, 'at'>> {
  try {
    await (await kind.open(folder)).close();
    const { problems } = checkJournal(journalFile(folder));
    if (problems.length > 0) return { missing: 0, error: problems.join('; ') };
    const reader = readJournal(folder);
    const there = new Set((await readAll(reader.read, kind.topic)).map(kind.lineOf));
    reader.close();
    return { missing: acknowledged.filter((line) => !there.has(line)).length, error: null };
  } catch (error) {
    return { missing: acknowledged.length, error: (error as Error).message };
  }
}

/** @param done what the process did, in order */
async function lossesOf(kind: Kind, done: readonly Done[], cuts: number): Promise<readonly Loss[]> {
  const random = randomFrom(SEED);
  const moments = Array.from({ length: cuts }, () => Math.floor(random() * done.length)).toSorted((a, b) => a - b);
  const disk = new Disk();
  let said = '';
  let at = 0;
  const losses: Loss[] = [];
  for (const moment of moments) {
    for (; at < moment; at += 1) {
      const one = done[at] as Done;
      if (one.what === 'said') said += one.bytes.toString();
      else disk.apply(one);
    }
    await withDataDir(async (folder) => {
      disk.cut(folder, random);
      const acknowledged = said.split('\n').filter((line) => kind.isAcknowledgement.test(line));
      const loss = await lossAt(kind, folder, acknowledged);
      if (loss.missing > 0 || loss.error !== null) losses.push({ at: moment, ...loss });
    });
  }
  return losses;
}

const reason = whyNoCompiler();
if (reason !== null) process.stderr.write(`SKIPPED power cuts: ${reason}.\n`);

(reason === null ? describe : describe.skip).each(KINDS)('the $name after a power cut', (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-power-loss-'));
  let done: readonly Done[];
  beforeAll(async () => {
    await withDataDir(async (dataDir) => {
      const { lines } = kind;
      const [library, record] = [compileRecorder(folder), join(folder, 'record')];
      done = await recordRun({ library, record, folder: dataDir, command: kind.command(dataDir), lines });
    });
  }, TIMEOUT_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    `has every acknowledged record, at ${CUTS} moments`,
    async () => {
      expect(await lossesOf(kind, done, CUTS)).toEqual([]);
      // Among the moments were some at which the log was moved into the file.
      const file = done.find(({ what, bytes }) => what === 'opened' && bytes.toString() === 'journal.db')?.inode;
      expect(done.filter(({ what, inode }) => what === 'synced' && inode === file).length).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );

  it(
    'loses records when nothing is synced: this test can fail',
    async () => {
      const unsynced = done.filter(({ what, inode }, at) => what !== 'synced' || inode === done[0]?.inode || at < 40);
      expect((await lossesOf(kind, unsynced, 10)).length).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
