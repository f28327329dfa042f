/** `hubcast numbers webhook`: the override of the callback URL, of a number or of a whole account. */
import type { Command } from 'commander';
import { HubcastError } from '../core/errors.ts';
import { FOLLOWS_OVERRIDE } from '../phone-numbers/management/changes.ts';
import { change, look, type ManageOptions, withChangeOptions } from './manage-options.ts';
import { readSecret } from './secret-input.ts';

export function addWebhookCommand(numbers: Command): void {
  withChangeOptions(
    numbers
      .command('webhook')
      .description('show where the chat events of a number or account go; with --set or --remove: change it')
      .argument('<id>', 'phone number id; with --account the id of an account')
      .option('--account', 'for the whole account')
      .option('--set <url>', 'another callback URL')
      .option(
        '--verify-token-file <file>',
        'file with the verify token of that URL, or - for standard input (default: hidden prompt)',
      )
      .option('--remove', 'remove the override'),
    false,
  )
    .addHelpText(
      'after',
      `\n${FOLLOWS_OVERRIDE}\n\nExamples:\n  hubcast numbers webhook 106540352242922\n  hubcast numbers webhook 106540352242922 --set https://hooks.example.com/webhook --verify-token-file token.txt\n  hubcast numbers webhook 102290129340398 --account --remove`,
    )
    .action(webhook);
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
    throw new HubcastError('usage', '--set and --remove exclude each other: give one of them.');
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
