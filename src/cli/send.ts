import { Command } from 'commander';
import { readSettings, readStoreSettings } from '../config/read-settings.ts';
import { HubcastError, messageOf } from '../errors.ts';
import { type Answer, sendTo } from '../testing/send-to.ts';
import { paint, print } from './output.ts';
import { readPayload } from './payload.ts';
import { visibleLines } from './visible.ts';

export function sendCommand(): Command {
  return new Command('send')
    .description('sign a payload as Meta does and POST it')
    .argument(
      '<payload.json>',
      'a file, or - for standard input; also a bare {"field", "value"} as the dashboard shows it',
    )
    .option('--url <url>', 'where to send it (default: http://127.0.0.1:<PORT>/webhook)')
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
  const url = options.url === undefined ? ownUrl(options.app) : checkUrl(options.url);
  const secret = readSecret(options.secretFile, options.app);
  if (wrapped)
    process.stderr.write('A bare {"field", "value"} came: sending it as the Test button would (entry id "0").\n');
  const answer = await postSigned(url, body, secret);
  if (options.json) await print(JSON.stringify({ url, ...answer }));
  else {
    const ok = answer.status === 200;
    await print(`${paint(ok ? 'green' : 'red', String(answer.status))} ${ok ? 'stored' : visibleLines(answer.body)}`);
  }
  if (answer.status !== 200) process.exitCode = 1;
}

async function postSigned(url: string, body: Buffer, secret: string): Promise<Answer> {
  try {
    return await sendTo(url, body, { secret });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new HubcastError('service_unreachable', `${url} cannot be reached: ${cause}`, { cause: error });
  }
}

function checkUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new HubcastError(
    'usage',
    `--url ${url} is not an http or https URL. Give one such as http://127.0.0.1:8080/webhook.`,
  );
}

/** Where a service with the same settings listens on this machine. */
function ownUrl(app: string | undefined): string {
  const { PORT } = readStoreSettings(process.env.PORT === undefined ? {} : { PORT: process.env.PORT });
  if (PORT !== 0) return `http://127.0.0.1:${PORT}/webhook${app === undefined ? '' : `/${app}`}`;
  throw new HubcastError('usage', 'PORT=0 takes a free port: name the one that was taken with --url.');
}

function readSecret(file: string | undefined, app: string | undefined): string {
  if (file === undefined && app !== undefined) return secretOfApp(app);
  const from = file === undefined ? process.env : { META_APP_SECRET_FILE: file };
  const { META_APP_SECRET = [] } = readSettings({
    ...(from.META_APP_SECRET === undefined ? {} : { META_APP_SECRET: from.META_APP_SECRET }),
    ...(from.META_APP_SECRET_FILE === undefined ? {} : { META_APP_SECRET_FILE: from.META_APP_SECRET_FILE }),
    META_VERIFY_TOKEN: 'not-needed-here',
  });
  return META_APP_SECRET[0] as string;
}

function secretOfApp(name: string): string {
  const { META_APPS, META_APPS_FILE } = process.env;
  const { META_APPS: apps = [] } = readStoreSettings({
    ...(META_APPS === undefined ? {} : { META_APPS }),
    ...(META_APPS_FILE === undefined ? {} : { META_APPS_FILE }),
  });
  const [secret] = apps.find((app) => app.name === name)?.secrets ?? [];
  if (secret !== undefined) return secret;
  const known = apps.map((app) => app.name).join(', ') || 'none';
  throw new HubcastError('usage', `META_APPS has no app "${name}" (it has ${known}). Name one, or give --secret-file.`);
}
