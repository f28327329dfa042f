import { Command, CommanderError } from 'commander';
import { captureCommand } from './cli/capture.ts';
import { demoCommand } from './cli/demo.ts';
import { describeCommand } from './cli/describe.ts';
import { eventsCommand } from './cli/events.ts';
import { numbersCommand } from './cli/numbers.ts';
import { parseCommand } from './cli/parse.ts';
import { replayCommand } from './cli/replay.ts';
import { sendCommand } from './cli/send.ts';
import { serveCommand } from './cli/serve.ts';
import { visibleLines } from './cli/visible.ts';
import { isHubcastError } from './errors.ts';
import { PACKAGE } from './package-info.ts';

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
for (const command of [
  serveCommand(),
  demoCommand(),
  sendCommand(),
  parseCommand(),
  eventsCommand(),
  captureCommand(),
  replayCommand(),
  numbersCommand(),
  describeCommand(),
]) {
  program.addCommand(command.exitOverride());
}

// A reader that went away (head, less) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** A user's mistake gets its message and the fix; only a fault of ours shows its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (!isHubcastError(error)) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    return EXIT_FAILURE;
  }
  process.stderr.write(`${visibleLines(error.message)}\n${error.kind.fix}\n`);
  return error.kind.status === 400 || error.code === 'configuration_invalid' ? EXIT_USAGE : EXIT_FAILURE;
}
