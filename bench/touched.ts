/**
 * How much of `src` one small webhook runs through: files and functions, counted by V8's precise coverage in every thread. It is a measure of
 * how much a reader has to hold in mind, not of time.
 *
 *   node bench/touched.ts            the figures, and each function by folder and file
 *   node bench/touched.ts --brief    the figures by folder
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openSender, readyUrls } from './counts.ts';
import { toHttpRequest } from './load/requests.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');
const PROBE = fileURLToPath(new URL('./run/coverage-probe.js', import.meta.url));
const PAYLOAD = join(ROOT, 'test/fixtures/webhooks/phone_number_quality_update/tier-2k/payload.json');
const SECRET = 'touched-app-secret';
const WARM_UP = 5;
/** What runs in each of them belongs to the request; the rest is timers that fell between. */
const SAMPLES = 5;
/** The log is written by a timer of 20 ms: its functions belong to the request. */
const SETTLE_MS = 100;
const ANSWER_WITHIN_MS = 10_000;

interface TouchedFunction {
  /** False where the journal's thread alone runs it. */
  readonly main: boolean;
  /** Below `src`. */
  readonly file: string;
  readonly name: string;
  readonly line: number;
}

/** The functions of `src` that each phone_number_quality_update runs on its way into the journal. */
export async function measureTouched(): Promise<readonly TouchedFunction[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hubcast-touched-'));
  const child = spawn(process.execPath, ['--import', PROBE, 'bin/hubcast.js', 'serve'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      META_APP_SECRET: SECRET,
      META_VERIFY_TOKEN: 'touched-verify-token',
      DATA_DIR: folder,
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  try {
    const { url } = await readyUrls(child.stdout as NodeJS.ReadableStream);
    const send = await openSender(url);
    for (let sequence = 0; sequence < WARM_UP; sequence += 1) await send.one(toRequest(sequence));
    let touched: readonly Taken[] | undefined;
    for (let sequence = 0; sequence < SAMPLES; sequence += 1) {
      await sleep(SETTLE_MS);
      await take(child);
      await send.one(toRequest(WARM_UP + sequence));
      await sleep(SETTLE_MS);
      const taken = new Map((await take(child)).map((one) => [keyOf(one), one]));
      touched = touched === undefined ? [...taken.values()] : touched.filter((one) => taken.has(keyOf(one)));
    }
    send.close();
    return (touched ?? []).filter(({ url: file }) => file.startsWith(`file://${SRC}/`)).map(toFunction);
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Taken {
  readonly main: boolean;
  readonly url: string;
  readonly name: string;
  readonly offset: number;
}

const keyOf = ({ main, url, offset }: Taken) => `${main} ${url}:${offset}`;

/** The entry's time makes each another event. */
function toRequest(sequence: number): Buffer {
  const payload = JSON.parse(readFileSync(PAYLOAD, 'utf8')) as { entry: { time: number }[] };
  for (const entry of payload.entry) entry.time += sequence;
  return Buffer.from(toHttpRequest(JSON.stringify(payload), SECRET));
}

async function take(child: ReturnType<typeof spawn>): Promise<readonly Taken[]> {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  child.send('coverage-take');
  const [{ touched }] = (await answer) as [{ touched: readonly Taken[] }];
  return touched;
}

/** Stripping types keeps every character where it was, so V8's offsets are those of the file. */
function toFunction({ main, url, name, offset }: Taken): TouchedFunction {
  const path = fileURLToPath(url);
  const line = readFileSync(path, 'utf8').slice(0, offset).split('\n').length;
  return { main, file: relative(SRC, path), name, line };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { brief: { type: 'boolean', default: false } } });
  const touched = await measureTouched();
  const byFile = Map.groupBy(touched, ({ file }) => file);
  const ofMain = touched.filter(({ main }) => main);
  const mainFiles = new Set(ofMain.map(({ file }) => file)).size;
  process.stdout.write(`main thread: ${mainFiles} files, ${ofMain.length} functions\n`);
  process.stdout.write(`with the journal's thread: ${byFile.size} files, ${touched.length} functions\n`);
  const byFolder = Map.groupBy([...byFile], ([file]) => dirname(file));
  for (const [folder, files] of [...byFolder].sort(([one], [other]) => one.localeCompare(other))) {
    const functions = files.reduce((sum, [, { length }]) => sum + length, 0);
    process.stdout.write(`\n${folder}: ${files.length} files, ${functions} functions\n`);
    if (values.brief) continue;
    for (const [file, inFile] of files.sort(([one], [other]) => one.localeCompare(other))) {
      const names = inFile
        .sort((one, other) => one.line - other.line)
        .map(({ name, line }) => `${name || '=>'}:${line}`);
      process.stdout.write(`  ${file} (${inFile.length}): ${names.join(' ')}\n`);
    }
  }
}

if (import.meta.main) await main();
