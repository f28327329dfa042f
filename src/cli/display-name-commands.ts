/** `hubcast numbers display-name|conversational`: what people see of a number. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { HubcastError, messageOf } from '../core/errors.ts';
import { change, look, type ManageOptions, NUMBER_ID, show, through, withChangeOptions } from './manage-options.ts';
import { visible } from './visible.ts';

export function addDisplayNameCommands(numbers: Command): void {
  withChangeOptions(
    numbers
      .command('display-name')
      .description('show the display name and its review; with a name: request that name')
      .argument(...NUMBER_ID)
      .argument('[name]', 'the new display name, 2 to 75 characters')
      .option('--follow', 'wait until the review is decided')
      .option('--every <seconds>', 'how often --follow asks', parseSeconds, 300),
    false,
  )
    .addHelpText(
      'after',
      '\nA name can be changed 10 times in 30 days. After an approval register the number again within 14 days.\nWith --follow exit code 1 when the name was not approved. Meta\'s decision also comes as an event: hubcast events --type phone_number_name_update.\n\nExamples:\n  hubcast numbers display-name 106540352242922\n  hubcast numbers display-name 106540352242922 "Lucky Shrub" --follow',
    )
    .action(displayName);
  withChangeOptions(
    numbers
      .command('conversational')
      .description('show prompts and commands; with --set: set them')
      .argument(...NUMBER_ID)
      .option('--set <file>', 'JSON with prompts, commands or both; - for standard input'),
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

const STDIN = 0;

function readObject(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file === '-' ? STDIN : file, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new HubcastError('usage', `--set ${file} cannot be read as JSON: ${messageOf(error)}`);
  }
  throw new HubcastError('usage', `--set ${file} is not a JSON object.`);
}

function parseSeconds(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Use a whole number of seconds.');
  return Number(text);
}
