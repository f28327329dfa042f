import { Command } from 'commander';
import { paint, print } from './output.ts';
import { readPayload } from './payload.ts';
import { postSigned, readSecret, receiverUrl } from './receiver.ts';
import { visibleLines } from './visible.ts';

export function sendCommand(): Command {
  return new Command('send')
    .description('sign a payload as Meta does, and POST it')
    .argument(
      '<payload.json>',
      'a file, or - for standard input; also a bare {"field", "value"} as the dashboard shows it',
    )
    .option('--url <url>', 'the URL to send it to (default: http://127.0.0.1:<PORT>/webhook)')
    .option('--app <name>', 'which app of META_APPS: its path, and its secret')
    .option('--secret-file <file>', 'the App Secret (default: META_APP_SECRET or META_APP_SECRET_FILE)')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      `
Examples:
  META_APP_SECRET=s hubcast send name-update.json
  echo '{"field":"phone_number_name_update","value":{"display_phone_number":"16505551111","decision":"APPROVED"}}' | META_APP_SECRET=s hubcast send -
  META_APPS_FILE=apps.json hubcast send name-update.json --app shop
  hubcast send batch.json --url https://hooks.example.com/webhook --secret-file secret.txt

Exit code 0 when the answer is 200, 1 when it is another or none, 2 when the command is wrong.`,
    )
    .action(send);
}

interface SendOptions {
  readonly url?: string;
  readonly app?: string;
  readonly secretFile?: string;
  readonly json?: boolean;
}

async function send(file: string, options: SendOptions): Promise<void> {
  const { body, wrapped } = readPayload(file);
  const url = receiverUrl(options.url, options.app);
  const secret = readSecret(options.secretFile, options.app);
  if (wrapped)
    process.stderr.write(
      'The input is a bare {"field", "value"}: sending it as the Test button would (entry id "0").\n',
    );
  const answer = await postSigned(url, body, secret);
  if (options.json) await print(JSON.stringify({ url, ...answer }));
  else {
    const ok = answer.status === 200;
    await print(`${paint(ok ? 'green' : 'red', String(answer.status))} ${ok ? 'stored' : visibleLines(answer.body)}`);
  }
  if (answer.status !== 200) process.exitCode = 1;
}
