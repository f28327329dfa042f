/** `hubcast numbers` and what it changes. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { HubcastError, messageOf } from '../core/errors.ts';
import { askAtTerminal, canAsk } from './ask.ts';
import { guideRegister } from './guided-register.ts';
import {
  change,
  look,
  type ManageOptions,
  show,
  through,
  withChangeOptions,
  withClientOptions,
} from './manage-options.ts';
import { readSecret } from './secret-input.ts';
import { visible } from './visible.ts';

const ID = ['<id>', 'phone number id'] as const;
const PIN_FILE = ['--pin-file <file>', 'file with the PIN, or - for standard input (default: asked unseen)'] as const;

/** Adds the commands to `hubcast numbers`. */
export function addManagementCommands(numbers: Command): void {
  const reading = (name: string, about: string) =>
    withClientOptions(
      numbers
        .command(name)
        .description(about)
        .argument(...ID),
    )
      .addHelpText('after', `\nExamples:\n  hubcast numbers ${name} 106540352242922`)
      .action((id: string, options: ManageOptions) =>
        look(options, name as 'registration' | 'certificate' | 'official-account', id),
      );

  reading('registration', 'where a number stands on its way to be registered, and what comes next');

  withChangeOptions(
    numbers
      .command('request-code')
      .description('have Meta send a code to the number, to prove that it is yours')
      .argument(...ID)
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
      .description('give the code of the SMS or call')
      .argument(...ID)
      .option('--code-file <file>', 'file with the code, or - for standard input (default: asked unseen)'),
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

  withChangeOptions(
    numbers
      .command('register')
      .description('register a number; on a terminal step by step: code, check, PIN, register')
      .argument(...ID)
      .option(...PIN_FILE)
      .option('--region <country>', 'where messages at rest are kept (local storage): AU, DE, IN, …'),
    true,
  )
    .addHelpText(
      'after',
      '\nThe PIN is the two-step PIN the number has; where it has none, the one given becomes it. It is not the code of the SMS.\n\nExamples:\n  hubcast numbers register 106540352242922\n  hubcast numbers register 106540352242922 --pin-file /run/secrets/pin --yes',
    )
    .action(register);

  withChangeOptions(
    numbers
      .command('deregister')
      .description('take a number out of the Cloud API; nothing is deleted')
      .argument(...ID),
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
      .argument(...ID)
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

  withChangeOptions(
    numbers
      .command('display-name')
      .description('the display name and its review; with a name: request that name')
      .argument(...ID)
      .argument('[name]', 'the new display name, 2 to 75 characters')
      .option('--follow', 'wait until the review is decided')
      .option('--every <seconds>', 'how often --follow asks', parseSeconds, 300),
    false,
  )
    .addHelpText(
      'after',
      '\nWith --follow exit code 1 when the name was not approved. Meta\'s decision also comes as an event: hubcast events --type phone_number_name_update.\n\nExamples:\n  hubcast numbers display-name 106540352242922\n  hubcast numbers display-name 106540352242922 "Lucky Shrub" --follow',
    )
    .action(displayName);

  withChangeOptions(
    numbers
      .command('conversational')
      .description('welcome message, prompts and commands; with --set: set them')
      .argument(...ID)
      .option(
        '--set <file>',
        'JSON with enable_welcome_message, prompts, commands (or some of them); - for standard input',
      ),
    false,
  )
    .addHelpText(
      'after',
      '\nAt most 4 prompts of 80 characters without emoji, and 30 commands with names up to 32 and descriptions up to 256 characters.\n\nExamples:\n  hubcast numbers conversational 106540352242922\n  echo \'{"prompts":["Plan a trip"]}\' | hubcast numbers conversational 106540352242922 --set -',
    )
    .action((id: string, options: ManageOptions & { set?: string }) => {
      const { set } = options;
      if (set === undefined) return look(options, 'conversational', id);
      return change(options, 'set-conversational', id, async () => readObject(set));
    });

  withChangeOptions(
    numbers
      .command('webhook')
      .description('where the chat events of a number or account go; with --set or --remove: change it')
      .argument('<id>', 'phone number id; with --account the id of an account')
      .option('--account', 'for the whole account')
      .option('--set <url>', 'another callback URL')
      .option(
        '--verify-token-file <file>',
        'file with the verify token of that URL, or - for standard input (default: asked unseen)',
      )
      .option('--remove', 'remove the override'),
    false,
  )
    .addHelpText(
      'after',
      "\nMessages, calls, groups and the like follow an override; events about numbers, names, quality and accounts always go to the app's URL.\n\nExamples:\n  hubcast numbers webhook 106540352242922\n  hubcast numbers webhook 106540352242922 --set https://hooks.example.com/webhook --verify-token-file token.txt\n  hubcast numbers webhook 102290129340398 --account --remove",
    )
    .action(webhook);

  reading('certificate', 'the display-name certificate of the old On-Premises client');
  reading('official-account', 'whether the number is an official business account');

  for (const [command, operation, about] of [
    ['add', 'add-number', 'add a number to an account'],
    ['migrate', 'migrate-number', 'move a number from another account into this one'],
  ] as const) {
    const nameOption = new Option('--name <name>', 'the display name people will see');
    withChangeOptions(
      numbers
        .command(command)
        .description(about)
        .argument('<account>', 'id of the WhatsApp Business Account, one of WABA_IDS')
        .argument('<number>', 'the phone number, in any form people write it')
        .requiredOption('--cc <code>', 'its country code, such as 49')
        .addOption(command === 'add' ? nameOption.makeOptionMandatory() : nameOption),
      true,
    )
      .addHelpText(
        'after',
        `\nExamples:\n  hubcast numbers ${command} 102290129340398 "+49 1512 3456789" --cc 49 --name "Lucky Shrub"`,
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

async function displayName(
  id: string,
  name: string | undefined,
  options: ManageOptions & { readonly follow?: boolean; readonly every: number },
): Promise<void> {
  if (name !== undefined) await change(options, 'request-display-name', id, async () => ({ new_display_name: name }));
  if (options.follow !== true) return name === undefined ? look(options, 'display-name', id) : undefined;
  await through(options, async (client) => {
    for (;;) {
      const review = await client.run('display-name', id, {});
      if (review.in_review !== true) {
        await show(review, options);
        const approved = [review.name_status, review.new_name_status].every((status) => status !== 'DECLINED');
        if (!approved) process.exitCode = 1;
        return;
      }
      process.stderr.write(`${visible(`${new Date().toISOString()} ${review.about}`)}\n`);
      await sleep(options.every * 1000);
    }
  });
}

async function webhook(
  id: string,
  options: ManageOptions & {
    readonly account?: boolean;
    readonly set?: string;
    readonly remove?: boolean;
    readonly verifyTokenFile?: string;
  },
): Promise<void> {
  const { account, set, remove, verifyTokenFile } = options;
  if (set !== undefined && remove === true)
    throw new HubcastError('usage', '--set and --remove are both given; keep one of them.');
  if (remove === true)
    return change(options, account ? 'remove-account-webhook' : 'remove-webhook', id, async () => ({}));
  if (set === undefined) return look(options, account ? 'account-webhook' : 'webhook', id);
  return change(options, account ? 'set-account-webhook' : 'set-webhook', id, async () => ({
    override_callback_uri: set,
    verify_token: await readSecret({
      file: verifyTokenFile,
      option: '--verify-token-file',
      what: 'verify token',
      question: 'The verify token of that URL (not shown)',
    }),
  }));
}

const STDIN = 0;

function readObject(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file === '-' ? STDIN : file, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new HubcastError('usage', `--set ${file} cannot be read as JSON: ${messageOf(error)}`);
  }
  throw new HubcastError('usage', `--set ${file} holds no JSON object.`);
}

function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Use a whole number of seconds.');
  return Number(text);
}
