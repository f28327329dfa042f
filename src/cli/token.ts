import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { SCOPES, type Scope, TOKEN_NAME, tokenDigest } from '../config/api-tokens.ts';
import { print } from './output.ts';

const TOKEN_BYTES = 32;

interface TokenOptions {
  readonly scope: readonly Scope[];
  readonly app?: string;
  readonly json?: boolean;
}

export function tokenCommand(): Command {
  return new Command('token')
    .description('make a token for the internal listener and its entry of API_TOKENS')
    .argument('<name>', 'the client it is for; the log names it', parseName)
    .requiredOption('--scope <scope...>', `what it allows: ${SCOPES.join(', ')}`, collectScopes)
    .option('--app <name>', 'only for data of this app of META_APPS', parseApp)
    .option('--json', 'print token and entry as JSON')
    .addHelpText(
      'after',
      `
The token is shown only now. API_TOKENS gets its SHA-256, from which the token cannot be computed.

Examples:
  hubcast token grafana --scope numbers:read
  hubcast token ops --scope events:read events:replay manage --json
  hubcast token shop-support --scope events:read --app shop`,
    )
    .action(async (name: string, { scope, app, json }: TokenOptions) => {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const entry = `${name}=sha256:${tokenDigest(token).toString('hex')};${scope.join('+')}${app === undefined ? '' : `;app=${app}`}`;
      await print(
        json ? JSON.stringify({ name, scopes: scope, token, entry }) : `token       ${token}\nAPI_TOKENS  ${entry}`,
      );
    });
}

function parseName(text: string): string {
  if (!TOKEN_NAME.test(text)) throw new InvalidArgumentError('Use 1 to 64 letters, digits, ".", "-" and "_".');
  return text;
}

function parseApp(text: string): string {
  if (!/^[a-z0-9_-]{1,64}$/.test(text)) throw new InvalidArgumentError('Use the name of an app in META_APPS.');
  return text;
}

function collectScopes(text: string, before: readonly Scope[] = []): readonly Scope[] {
  if (!SCOPES.includes(text as Scope)) throw new InvalidArgumentError(`Scopes are ${SCOPES.join(', ')}.`);
  return [...new Set([...before, text as Scope])];
}
