import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { renderChart } from './report/chart.ts';
import { compareRounds } from './report/comparison.ts';
import { describeMachine, machineLines } from './report/machine.ts';
import { summarise } from './report/summary.ts';
import { type Report, renderReport } from './report/table.ts';
import { judge } from './report/targets.ts';
import { runBenchmark } from './run/benchmark.ts';
import { buildCheckout } from './run/checkout.ts';
import { pinOurselves } from './run/pinning.ts';
import { chooseScenarios, SCENARIOS, serverKey, twinOf, withTwins } from './scenarios.ts';

interface Flags {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly leadIn: number;
  readonly seed: number;
  readonly only?: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly against?: string;
  readonly json?: string;
}

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const STOPPED_STATUS = 130;

const EXAMPLES = `
Scenarios:
${SCENARIOS.map(({ name, about, perSecond }) => `  ${name.padEnd(15)} ${about}${perSecond === undefined ? '' : ` (${perSecond}/s)`}`).join('\n')}

Examples:
  npm run bench                                         every scenario, 3 rounds of 5 s
  npm run bench -- --only floor,kafka-closed            both floors and Kafka, saturated
  npm run bench -- --rounds 5 --seconds 20 --json a.json
  npm run bench -- --only journal --set LOG_LEVEL=warn  the service with another setting
  npm run bench -- --only journal-closed --against ../old   this checkout and another one in turn, and their ratio
  KAFKA_BROKERS=localhost:9092 npm run bench            against a Kafka of your own`;

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError(`"${text}" came, a number above 0 was expected.`);
  return number;
}

function setting(text: string, others: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([A-Z_]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError(`"${text}" came, NAME=value was expected, as in LOG_LEVEL=warn.`);
  }
  return { ...others, [name]: value };
}

const flags = new Command('npm run bench --')
  .description(
    'Measures the service against the least a server could do, on this machine, and prints a table. Figures never change the exit status; a scenario that could not run does.',
  )
  .option('--rounds <n>', 'rounds; all scenarios take turns in each', positive, 3)
  .option('--seconds <n>', 'length of a scenario in each round', positive, 5)
  .option('--warm-up <n>', 'seconds of load before the first round', positive, 6)
  .option('--lead-in <n>', 'seconds of load at the beginning of each round that are not counted', positive, 1.5)
  .option('--seed <n>', 'seed of the request bodies', positive, 1)
  .option('--only <names>', 'scenarios between commas, or first parts of their names', (text) => text.split(','))
  .option('--set <NAME=value>', 'a setting for the service; may be repeated', setting, {})
  .option('--against <folder>', 'another checkout, built if needed: its service takes turns with this one')
  .option('--json <file>', 'where the JSON goes (default: bench/results/<time>.json)')
  .addHelpText('after', EXAMPLES)
  .parse()
  .opts<Flags>();

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const chosen = chooseScenarios(flags.only);
  const againstFolder = flags.against === undefined ? undefined : buildCheckout(flags.against, progress);
  const scenarios = againstFolder === undefined ? chosen : withTwins(chosen);
  const startedAtMs = Date.now();
  const pinning = pinOurselves();
  const { rounds, seconds, leadIn, seed } = flags;
  const outcome = await runBenchmark(
    {
      scenarios,
      rounds,
      seconds,
      warmUpSeconds: flags.warmUp,
      leadInSeconds: leadIn,
      seed,
      startedAtMs,
      settings: flags.set,
      againstFolder,
    },
    pinning,
    stopping.signal,
    progress,
  );
  const { failures, leftOut, notes } = outcome;
  const summaries = scenarios.flatMap((scenario) => {
    const results = outcome.rounds.get(scenario.name);
    if (results === undefined) return [];
    const base = outcome.rounds.get(scenario.over?.scenario ?? '');
    return [summarise(scenario, results, { base, idleBytes: outcome.idleBytes.get(serverKey(scenario)) })];
  });
  const comparisons = chosen.flatMap(({ name }) => {
    const comparison = compareRounds(name, outcome.rounds.get(name) ?? [], outcome.rounds.get(twinOf(name)) ?? []);
    return comparison === null ? [] : [comparison];
  });
  const startedAt = new Date(startedAtMs).toISOString();
  const report: Report = {
    startedAt,
    machine: describeMachine(pinning),
    options: { rounds, seconds, leadIn, seed },
    scenarios: summaries,
    targets: judge(summaries),
    comparisons,
    failures,
    leftOut,
    notes,
  };
  const file = flags.json ?? join(RESULTS, `${startedAt.replaceAll(':', '-')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...report, rounds: Object.fromEntries(outcome.rounds) }, null, 2)}\n`);
  const chart = `${file.replace(/\.json$/, '')}.svg`;
  const caption = `${rounds} rounds of ${seconds} s, medians, lines from the lowest to the highest round; ${machineLines(report.machine)[0]}`;
  writeFileSync(chart, renderChart(summaries, caption));
  process.stdout.write(`${renderReport(report)}\nWritten to ${file} and ${chart}\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} catch (error) {
  progress(
    stopping.signal.aborted ? 'Stopped; nothing was written.' : `The benchmark failed: ${(error as Error).message}`,
  );
  process.exitCode = stopping.signal.aborted ? STOPPED_STATUS : 1;
}
