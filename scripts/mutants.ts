// npm run mutants -- webhook        each mutant of scripts/mutants/webhook.json: do its tests fail with it?
// npm run mutants -- webhook split  those alone whose file or text has "split" in it
// npm run mutants                   lists the lists
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = join(import.meta.dirname, '..');
const LISTS = join(import.meta.dirname, 'mutants');
/** A file of `src`, what stands there once, what a mutant says instead, and why it may survive. */
type Mutant = readonly [file: string, old: string, mutated: string, accepted?: string];

interface MutantGroup {
  /** Runs of tests, one after another until one of them fails: the nearest first. */
  readonly tests: readonly string[];
  /** Of all tests, with those that start processes; else of the quick ones. */
  readonly all?: boolean;
  readonly mutants: readonly Mutant[];
}

/** What a mutant hangs up is killed. */
const TIME_LIMIT_MS = 150_000;

type Verdict = 'killed' | 'survived' | 'accepted' | 'gone';

const [name, wanted = ''] = process.argv.slice(2);
if (name === undefined) {
  for (const file of readdirSync(LISTS)) process.stdout.write(`${file.replace('.json', '')}\n`);
} else {
  const counts = await runAll(JSON.parse(readFileSync(join(LISTS, `${name}.json`), 'utf8')));
  const summary = Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`);
  process.stdout.write(`${name}: ${summary.join(', ')}\n`);
  process.exitCode = counts.survived + counts.gone > 0 ? 1 : 0;
}

/** Mutates a copy: a run that is interrupted leaves nothing behind in the sources. */
async function runAll(groups: readonly MutantGroup[]): Promise<Record<Verdict, number>> {
  const counts = { killed: 0, survived: 0, accepted: 0, gone: 0 };
  const copy = mkdtempSync(join(tmpdir(), 'hubcast-mutants-'));
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  copySources(copy);
  for (const { tests, all = false, mutants } of groups) {
    const chosen = mutants.filter(([file, old]) => `${file} ${old}`.includes(wanted));
    const findFailure = async () => {
      for (const some of tests) {
        const failure = await failureOf(copy, some.split(' '), all);
        if (failure !== null) return failure;
      }
      return null;
    };
    const before = chosen.length > 0 ? await findFailure() : null;
    if (before !== null) throw new Error(`Fails without a mutant already: ${before}`);
    for (const [file, old, mutated, accepted] of chosen) {
      const started = Date.now();
      const [verdict, reason] = await judge(join(copy, 'src', file), old, mutated, findFailure, accepted);
      counts[verdict] += 1;
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      const change = `${JSON.stringify(old)} -> ${JSON.stringify(mutated)}`;
      process.stdout.write(`${verdict.padEnd(8)} ${seconds.padStart(6)} s  ${file}  ${change}  ${reason}\n`);
    }
  }
  return counts;
}

async function judge(
  path: string,
  old: string,
  mutated: string,
  findFailure: () => Promise<string | null>,
  accepted?: string,
): Promise<readonly [verdict: Verdict, reason: string]> {
  const source = readFileSync(path, 'utf8');
  if (source.split(old).length !== 2) return ['gone', ''];
  writeFileSync(
    path,
    source.replace(old, () => mutated),
  );
  try {
    const failure = await findFailure();
    if (failure !== null) return ['killed', failure];
    return accepted === undefined ? ['survived', ''] : ['accepted', accepted];
  } finally {
    writeFileSync(path, source);
  }
}

function copySources(copy: string): void {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of list.split('\0').filter(Boolean)) cpSync(join(ROOT, file), join(copy, file));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
}

/** @returns the first test that fails, or null */
async function failureOf(copy: string, tests: readonly string[], all: boolean): Promise<string | null> {
  const config = all ? 'jest.config.js' : 'jest.quick.config.js';
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--config', config];
  const options = { cwd: copy, timeout: TIME_LIMIT_MS, killSignal: 'SIGKILL' } as const;
  const run = spawn(process.execPath, [...jest, '--bail=1', '--silent', ...tests], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [report, [code]] = await Promise.all([text(run.stderr), once(run, 'exit')]);
  return code === 0 ? null : (/●.*/.exec(report)?.[0] ?? 'no test: the run itself failed, or was ended');
}
