/** `hubcast numbers` and what it changes: where the commands are put together. */
import type { Command } from 'commander';
import { addDisplayNameCommands } from './display-name-commands.ts';
import { look, type ManageOptions, NUMBER_ID, withClientOptions } from './manage-options.ts';
import { addMoveCommands } from './move-commands.ts';
import { addRegistrationCommands } from './registration-commands.ts';
import { addWebhookCommand } from './webhook-command.ts';

/** Adds the commands to `hubcast numbers`. */
export function addManagementCommands(numbers: Command): void {
  addReading(numbers, 'registration', 'how far the registration of a number is, and what comes next');
  addRegistrationCommands(numbers);
  addDisplayNameCommands(numbers);
  addWebhookCommand(numbers);
  addReading(numbers, 'certificate', 'the display-name certificate of the old On-Premises client');
  addReading(numbers, 'official-account', 'whether the number is an official business account');
  addMoveCommands(numbers);
}

type PlainReading = 'registration' | 'certificate' | 'official-account';

function addReading(numbers: Command, name: PlainReading, about: string): void {
  withClientOptions(
    numbers
      .command(name)
      .description(about)
      .argument(...NUMBER_ID),
  )
    .addHelpText('after', `\nExamples:\n  hubcast numbers ${name} 106540352242922`)
    .action((id: string, options: ManageOptions) => look(options, name, id));
}
