import { Command, CommanderError } from 'commander';
import { visibleLines } from './cli/visible.ts';
import { readStoreSettings } from './config/read-settings.ts';
import { createScrubber } from './config/secret-texts.ts';
import { ERRORS, isHubcastError } from './core/errors.ts';
import { PACKAGE } from './core/package-info.ts';

const COMMANDS = {
  serve: async () => (await import('./cli/serve.ts')).serveCommand(),
  demo: async () => (await import('./cli/demo.ts')).demoCommand(),
  send: async () => (await import('./cli/send.ts')).sendCommand(),
  parse: async () => (await import('./cli/parse.ts')).parseCommand(),
  events: async () => (await import('./cli/events.ts')).eventsCommand(),
  capture: async () => (await import('./cli/capture.ts')).captureCommand(),
  replay: async () => (await import('./cli/replay.ts')).replayCommand(),
  numbers: async () => (await import('./cli/numbers.ts')).numbersCommand(),
  forward: async () => (await import('./cli/forward.ts')).forwardCommand(),
  journal: async () => (await import('./cli/journal.ts')).journalCommand(),
  'dead-letters': async () => (await import('./cli/dead-letters.ts')).deadLettersCommand(),
  erase: async () => (await import('./cli/erase.ts')).eraseCommand(),
  doctor: async () => (await import('./cli/doctor.ts')).doctorCommand(),
  subscribe: async () => (await import('./cli/subscribe.ts')).subscribeCommand(),
  topics: async () => (await import('./cli/topics.ts')).topicsCommand(),
  canary: async () => (await import('./cli/canary.ts')).canaryCommand(),
  describe: async () => (await import('./cli/describe.ts')).describeCommand(),
  token: async () => (await import('./cli/token.ts')).tokenCommand(),
} as const;

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

const program = new Command('hubcast')
  .description(PACKAGE.description)
  .version(PACKAGE.version)
  .showHelpAfterError('(--help shows how)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  hubcast demo                       see it work, without an account
  hubcast serve                      the service
  hubcast events --follow            watch what arrives`,
  );
// What a command needs is read when it is run: a look at the help of one must not load the brokers' client for another.
const [word = ''] = process.argv.slice(2);
for (const load of neededFor(word)) program.addCommand((await load()).exitOverride());

// A reader that went away (head, less) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Also rejections that nobody handled. Node's own report would show the error's members, whatever they hold.
process.on('uncaughtException', (error) => {
  process.stderr.write(`hubcast crashed. ${ERRORS.internal.fix}\n${scrub(textOf(error))}\n`);
  process.exit(EXIT_FAILURE);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Help and mistyped words need the names of all. */
function neededFor(word: string) {
  if (Object.hasOwn(COMMANDS, word)) return [COMMANDS[word as keyof typeof COMMANDS]];
  return word === '--version' || word === '-V' ? [] : Object.values(COMMANDS);
}

/** A user's mistake gets its message and the fix; only a fault of ours shows its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (!isHubcastError(error)) {
    process.stderr.write(`${scrub(textOf(error))}\n`);
    return EXIT_FAILURE;
  }
  process.stderr.write(`${scrub(visibleLines(error.message))}\n${error.kind.fix}\n`);
  return error.kind.status === 400 || error.code === 'configuration_invalid' ? EXIT_USAGE : EXIT_FAILURE;
}

function textOf(error: unknown): string {
  return visibleLines(String((error instanceof Error ? error.stack : undefined) ?? error));
}

/** Without the secrets of the settings. Those of settings that cannot be read were never used. */
function scrub(text: string): string {
  try {
    const settings = readStoreSettings(process.env);
    return createScrubber(() => settings, process.env)(text);
  } catch {
    return text;
  }
}
