/** `hubcast numbers request-code|verify-code|register|deregister|pin`: from a new number to one that sends, and back. */
import { type Command, Option } from 'commander';
import { askAtTerminal, canAsk } from './ask.ts';
import { guideRegister } from './guided-register.ts';
import { change, type ManageOptions, NUMBER_ID, show, through, withChangeOptions } from './manage-options.ts';
import { readSecret } from './secret-input.ts';

const PIN_FILE = ['--pin-file <file>', 'file with the PIN, or - for standard input (default: hidden prompt)'] as const;

export function addRegistrationCommands(numbers: Command): void {
  addCodeCommands(numbers);
  withChangeOptions(
    numbers
      .command('register')
      .description('register a number; on a terminal it leads you through code, check, PIN and registration')
      .argument(...NUMBER_ID)
      .option(...PIN_FILE)
      .option('--region <country>', 'country that keeps messages at rest (local storage): AU, DE, IN, …'),
    true,
  )
    .addHelpText(
      'after',
      '\nThe PIN is the two-step PIN of the number. If the number has no PIN, yours becomes it. It is not the code of the SMS. A number whose display name is in review can be registered.\n\nExamples:\n  hubcast numbers register 106540352242922\n  hubcast numbers register 106540352242922 --pin-file /run/secrets/pin --yes',
    )
    .action(register);
  withChangeOptions(
    numbers
      .command('deregister')
      .description('take a number out of the Cloud API, without deleting it')
      .argument(...NUMBER_ID),
    true,
  )
    .addHelpText(
      'after',
      '\nThe number neither sends nor receives until it is registered again with its PIN, and local storage is switched off. The number, its name, its PIN and its history stay. Numbers that are also in the WhatsApp Business app cannot be deregistered.\n\nExamples:\n  hubcast numbers deregister 106540352242922',
    )
    .action((id: string, options: ManageOptions) => change(options, 'deregister', id, async () => ({})));
  withChangeOptions(
    numbers
      .command('pin')
      .description('set or change the two-step verification PIN')
      .argument(...NUMBER_ID)
      .option(...PIN_FILE),
    true,
  )
    .addHelpText(
      'after',
      '\nExamples:\n  hubcast numbers pin 106540352242922\n  hubcast numbers pin 106540352242922 --pin-file - --yes < pin.txt',
    )
    .action((id: string, options: ManageOptions & { pinFile?: string }) =>
      change(options, 'set-pin', id, async () => ({ pin: await readPin(options.pinFile, 'The new PIN') })),
    );
}

function addCodeCommands(numbers: Command): void {
  withChangeOptions(
    numbers
      .command('request-code')
      .description('ask Meta to send a code to the number, to prove that it is yours')
      .argument(...NUMBER_ID)
      .addOption(new Option('--method <method>', 'how it is sent').choices(['SMS', 'VOICE']).default('SMS'))
      .option('--language <language>', 'such as en or en_US', 'en_US'),
    false,
  )
    .addHelpText('after', '\nExamples:\n  hubcast numbers request-code 106540352242922 --method VOICE --language de')
    .action((id: string, options: ManageOptions & { method: string; language: string }) =>
      change(options, 'request-code', id, async () => ({ code_method: options.method, language: options.language })),
    );
  withChangeOptions(
    numbers
      .command('verify-code')
      .description('enter the code of the SMS or call')
      .argument(...NUMBER_ID)
      .option('--code-file <file>', 'file with the code, or - for standard input (default: hidden prompt)'),
    false,
  )
    .addHelpText(
      'after',
      '\nThe code is never an argument: arguments show in the list of processes.\n\nExamples:\n  hubcast numbers verify-code 106540352242922\n  echo 123-830 | hubcast numbers verify-code 106540352242922 --code-file -',
    )
    .action((id: string, options: ManageOptions & { codeFile?: string }) =>
      change(options, 'verify-code', id, async () => ({
        code: await readSecret({
          file: options.codeFile,
          option: '--code-file',
          what: 'code',
          question: 'The code (123-830 or 123830; not shown)',
        }),
      })),
    );
}

async function register(
  id: string,
  options: ManageOptions & { readonly pinFile?: string; readonly region?: string },
): Promise<void> {
  const { pinFile, region } = options;
  if (pinFile === undefined && canAsk()) {
    const ask = await askAtTerminal();
    return through(options, async (client) => show(await guideRegister(client, ask, id, { region }), options));
  }
  return change(options, 'register', id, async () => ({
    pin: await readPin(pinFile, 'The two-step PIN'),
    ...(region === undefined ? {} : { data_localization_region: region }),
  }));
}

function readPin(file: string | undefined, question: string): Promise<string> {
  return readSecret({ file, option: '--pin-file', what: 'PIN', question: `${question} (6 digits; not shown)` });
}
