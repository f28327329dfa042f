/**
 * No 200 for an event that went into a file which DATA_DIR does not name any more: a real process under load, and what
 * people and scripts do to its folder.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkJournal } from '../../../src/stores/journal/check.ts';
import { journalFile, lockFile } from '../../../src/stores/journal/files.ts';
import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { nameUpdateBody, post } from '../../support/name-update.ts';
import { type RunningService, SECRET, startServe } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';

const SENDERS = 8;
const DOWN = 'the journal takes nothing more until a restart';

let folder: string;
let dataDir: string;
let services: RunningService[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubcast-removed-'));
  dataDir = join(folder, 'data');
  services = [];
});

afterEach(async () => {
  for (const service of services) await service.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A spool whose brokers are away keeps what it takes. */
const KINDS = [
  ['journal', {}],
  ['spool', { SPOOL: 'on', KAFKA_BROKERS: '127.0.0.1:1' }],
] as const;

async function start(env: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const service = await startServe({ ...env, DATA_DIR: dataDir });
  services.push(service);
  return service;
}

interface Load {
  /** Numbers of the events that got a 200, in the order of their answers. */
  readonly acknowledged: number[];
  /** How many requests were answered, whatever the answer. */
  readonly answered: () => number;
  /** The number of the next event: those from it on are sent later. */
  readonly next: () => number;
  readonly stop: () => Promise<void>;
}

function startLoad({ publicUrl }: RunningService, firstNumber = 0): Load {
  const acknowledged: number[] = [];
  let answered = 0;
  let next = firstNumber;
  let running = true;
  const senders = Array.from({ length: SENDERS }, async () => {
    while (running) {
      const number = next++;
      const status = await post(`${publicUrl}/webhook`, nameUpdateBody(number), SECRET).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 0,
      );
      if (status === 200) acknowledged.push(number);
      answered += 1;
    }
  });
  return {
    acknowledged,
    answered: () => answered,
    next: () => next,
    async stop() {
      running = false;
      await Promise.all(senders);
    },
  };
}

const isReady = async ({ internalUrl }: RunningService) => (await fetch(`${internalUrl}/ready`)).status === 200;
const downLines = ({ log }: RunningService) => log.join('').split(DOWN).length - 1;

async function storedNumbers(): Promise<ReadonlySet<number>> {
  const reader = readJournal(dataDir);
  const numbers = new Set<number>();
  for await (const record of reader.read({ topics: reader.topics(), from: 'start', follow: false }))
    numbers.add(Number(record.headers.ce_subject) - 15550000000);
  reader.close();
  return numbers;
}

/** Load until the fault, on until the service says so, and then some more. */
async function loadThrough(service: RunningService, fault: () => void) {
  const load = startLoad(service);
  await until(() => load.acknowledged.length > 100);
  fault();
  const firstAfter = load.next();
  await until(async () => !(await isReady(service)));
  const answered = load.answered();
  await until(() => load.answered() > answered + 50);
  await load.stop();
  await until(() => downLines(service) > 0);
  expect(downLines(service)).toBe(1);
  return { acknowledged: load.acknowledged, after: load.acknowledged.filter((number) => number >= firstAfter) };
}

const journalFiles = () => readdirSync(dataDir).filter((name) => name.startsWith('journal.'));

describe.each(KINDS)('a running %s acknowledges nothing more', (_kind, env) => {
  it.each([
    ['its folder is removed', () => rmSync(dataDir, { recursive: true })],
    [
      'its files are removed',
      () => {
        for (const name of journalFiles()) rmSync(join(dataDir, name));
      },
    ],
    ['its log is removed', () => rmSync(`${journalFile(dataDir)}-wal`)],
    [
      'its files are replaced by older ones',
      () => {
        for (const name of journalFiles()) {
          copyFileSync(join(dataDir, name), join(folder, name));
          renameSync(join(folder, name), join(dataDir, name));
        }
      },
    ],
    [
      'an older file is copied over it',
      () => {
        copyFileSync(join(folder, 'older.db'), journalFile(dataDir));
      },
    ],
  ])(
    'once %s',
    async (_what, fault) => {
      await (await start(env)).end('SIGTERM');
      copyFileSync(journalFile(dataDir), join(folder, 'older.db'));
      const { acknowledged, after } = await loadThrough(await start(env), fault);
      expect(acknowledged.length).toBeGreaterThan(100);
      expect(after).toEqual([]);
    },
    60_000,
  );
});

it.each(KINDS)(
  'a %s loses no acknowledged event when its folder is renamed and put back',
  async (_kind, env) => {
    const service = await start(env);
    const away = join(folder, 'away');
    const { acknowledged, after } = await loadThrough(service, () => renameSync(dataDir, away));
    expect(after).toEqual([]);
    renameSync(away, dataDir);
    const put = await post(`${service.publicUrl}/webhook`, nameUpdateBody(1_000_000), SECRET);
    expect(put.status).toBe(503);
    await service.end('SIGKILL');
    const again = await start(env);
    expect((await post(`${again.publicUrl}/webhook`, nameUpdateBody(1_000_000), SECRET)).status).toBe(200);
    const stored = await storedNumbers();
    expect([...acknowledged, 1_000_000].filter((number) => !stored.has(number))).toEqual([]);
    expect(checkJournal(journalFile(dataDir)).problems).toEqual([]);
  },
  60_000,
);

it('gives way to a second process that was let in by removing the lock, and neither loses an event', async () => {
  const first = await start();
  const load = startLoad(first);
  await until(() => load.acknowledged.length > 100);
  rmSync(lockFile(dataDir));
  const second = await start();
  const other = startLoad(second, 500_000);
  await until(async () => !(await isReady(first)));
  await until(() => other.acknowledged.length > 100);
  await load.stop();
  await other.stop();
  expect(await isReady(second)).toBe(true);
  await until(() => downLines(first) > 0);
  expect(downLines(first)).toBe(1);
  expect(first.log.join('')).toContain('Another hubcast has taken over');
  expect(downLines(second)).toBe(0);
  const stored = await storedNumbers();
  expect([...load.acknowledged, ...other.acknowledged].filter((number) => !stored.has(number))).toEqual([]);
  expect(checkJournal(journalFile(dataDir)).problems).toEqual([]);
}, 60_000);

it('makes no new journal in place of one that was removed, also when its thread is started again', async () => {
  const service = await start();
  const load = startLoad(service);
  await until(() => load.acknowledged.length > 20);
  await load.stop();
  rmSync(dataDir, { recursive: true });
  mkdirSync(dataDir);
  await until(async () => !(await isReady(service)));
  expect((await post(`${service.publicUrl}/webhook`, nameUpdateBody(2_000_000), SECRET)).status).toBe(503);
  expect(readdirSync(dataDir)).toEqual([]);
}, 60_000);
