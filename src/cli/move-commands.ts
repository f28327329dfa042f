/** `hubcast numbers add|migrate`: a number comes into an account. */
import { type Command, Option } from 'commander';
import { change, type ManageOptions, withChangeOptions } from './manage-options.ts';

const COMMANDS = [
  { name: 'add', operation: 'add-number', about: 'add a number to an account', nameIsMandatory: true },
  {
    name: 'migrate',
    operation: 'migrate-number',
    about: 'move a number from another account into this one',
    nameIsMandatory: false,
  },
] as const;

export function addMoveCommands(numbers: Command): void {
  for (const { name, operation, about, nameIsMandatory } of COMMANDS) {
    withChangeOptions(
      numbers
        .command(name)
        .description(about)
        .argument('<account>', 'id of the WhatsApp Business Account, one of WABA_IDS')
        .argument('<number>', 'the phone number, in any form that people write')
        .requiredOption('--cc <code>', 'its country code, such as 49')
        .addOption(
          new Option('--name <name>', 'the display name that people will see').makeOptionMandatory(nameIsMandatory),
        ),
      true,
    )
      .addHelpText(
        'after',
        `\nExamples:\n  hubcast numbers ${name} 102290129340398 "+49 1512 3456789" --cc 49 --name "Lucky Shrub"`,
      )
      .action((account: string, number: string, options: ManageOptions & { cc: string; name?: string }) =>
        change(options, operation, account, async () => ({
          cc: options.cc.replace(/^\+/, ''),
          phone_number: number,
          ...(options.name === undefined ? {} : { verified_name: options.name }),
        })),
      );
  }
}
