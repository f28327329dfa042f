// npm run ledger: the promise under faults. See test/ledger/README.md.
import { Command, InvalidArgumentError } from 'commander';
import { type Figures, readFigures } from '../../scripts/ledger-rows.ts';
import { seededRandom } from '../../src/sdk/testing/seeded-random.ts';
import { kafkaForm, whyNone } from '../stores/kafka/broker/form.ts';
import { runEpisode } from './episode.ts';
import { FAULTS } from './faults.ts';
import { canMeet, MODES } from './modes.ts';
import { SABOTAGES, spoil } from './sabotage.ts';
import { openStages } from './stages.ts';
import { addFigures, renderTable, toFigures } from './table.ts';

interface Flags {
  readonly minutes: number;
  readonly seed: number;
  readonly mode: string;
  readonly fault?: readonly string[];
  readonly sabotage?: string;
  readonly json?: true;
  readonly addTo?: string;
}

const EXIT_LOSS = 1;
const EXIT_USAGE = 2;

const EXAMPLES = `
Faults:
${FAULTS.map(({ name, about }) => `  ${name.padEnd(22)} ${about}`).join('\n')}

Sabotage, which the ledger must notice:
${SABOTAGES.map(({ name, about }) => `  ${name.padEnd(22)} ${about}`).join('\n')}

Examples:
  npm run ledger -- --minutes 10 --seed 1
  npm run ledger -- --minutes 20 --seed 7 --add-to test/ledger/figures.jsonl
  npm run ledger -- --mode direct --fault broker-frozen,leader-lost --minutes 2
  npm run ledger -- --mode journal --fault service-killed --minutes 0.1 --sabotage answer-early`;

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError(`"${text}" came, a number above 0 was expected.`);
  return number;
}

const oneOf = (what: string, names: readonly string[]) => (text: string) => {
  const wrong = text.split(',').find((name) => !names.includes(name));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`There is no ${what} "${wrong}"; there are ${names.join(', ')}.`);
  return text;
};
const faultNames = FAULTS.map(({ name }) => name);

const flags = new Command('npm run ledger --')
  .description(
    'Sends signed webhooks while things break, and looks for every acknowledged event. Ends with 1 on any loss.',
  )
  .option('--minutes <n>', 'of traffic in all, shared by the episodes; each runs one round at least', positive, 1)
  .option('--seed <n>', 'of bodies, schedule and faults', positive, 1)
  .option(
    '--mode <name>',
    `${MODES.map(({ name }) => name).join(', ')} or all`,
    oneOf('mode', ['all', ...MODES.map(({ name }) => name)]),
    'all',
  )
  .option('--fault <names>', 'between commas', (text) => oneOf('fault', faultNames)(text).split(','))
  .option(
    '--sabotage <name>',
    'break the promise on purpose',
    oneOf(
      'sabotage',
      SABOTAGES.map(({ name }) => name),
    ),
  )
  .option('--json', 'the rows as JSON, one a line, as they come')
  .option('--add-to <file>', 'adds the rows to those of earlier runs in this file, and prints the sums')
  .addHelpText('after', EXAMPLES)
  .parse()
  .opts<Flags>();

const toText = (error: unknown) => String(error);
const note = (line: string) => void process.stderr.write(`${line}\n`);
const reason = whyNone(await kafkaForm());
const wanted = MODES.filter(({ name }) => flags.mode === 'all' || flags.mode === name).flatMap((mode) =>
  FAULTS.filter((fault) => canMeet(mode, fault) && (flags.fault?.includes(fault.name) ?? true)).map((fault) => ({
    mode,
    fault,
  })),
);
const pairs = wanted.filter(({ mode }) => !mode.kafka || reason === null);
if (pairs.length < wanted.length) note(`SKIPPED: ${wanted.length - pairs.length} episodes with Kafka. ${reason}`);
if (pairs.length === 0) {
  note('Nothing to run: no mode meets these faults on this machine.');
  process.exit(EXIT_USAGE);
}

const stages = openStages(seededRandom(flags.seed));
const spoiled = flags.sabotage === undefined ? undefined : await spoil(flags.sabotage);
const rows: Figures[] = [];
let failed = false;
try {
  // Episodes on the same brokers follow each other.
  const order = ['none', 'small-disk', 'broker', 'proxied', 'cluster'];
  pairs.sort((a, b) => order.indexOf(a.fault.stage) - order.indexOf(b.fault.stage));
  for (const [index, { mode, fault }] of pairs.entries()) {
    const durationMs = (flags.minutes * 60_000) / pairs.length;
    const random = seededRandom(flags.seed * 1000 + index);
    const done = await runEpisode({ mode, fault, durationMs, random, stages, bin: spoiled?.bin }).catch(toText);
    if (typeof done === 'string') {
      // A broker that does not come back tells nothing about the promise; the rest still may.
      note(`COULD NOT RUN: ${mode.name} ${fault.name}: ${done}`);
      failed = true;
      await stages.close();
      continue;
    }
    if ('skipped' in done) {
      note(`SKIPPED: ${mode.name} ${fault.name}: ${done.skipped}`);
      continue;
    }
    const figures = toFigures(done);
    rows.push(figures);
    failed ||= !done.clean;
    if (flags.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    // At once, so that a run that is ended early has what it did.
    if (flags.addTo !== undefined) addFigures(flags.addTo, figures);
    note(`${done.clean ? 'kept  ' : 'BROKEN'} ${mode.name} ${fault.name} (${done.findings.obligations} obligations)`);
    if (!done.clean) {
      const { missing, altered, disordered, excess } = done.findings;
      note(
        JSON.stringify({ missing, altered, disordered, excess }, (_, value) =>
          Array.isArray(value) ? value.slice(0, 5) : value,
        ),
      );
      note(done.lastWords);
    }
  }
} finally {
  await stages.close();
  await spoiled?.remove();
}
if (!flags.json) process.stdout.write(`${renderTable(flags.addTo === undefined ? rows : readFigures(flags.addTo))}\n`);
process.exit(failed ? EXIT_LOSS : 0);
