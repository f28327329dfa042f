/** Whom commands send signed requests to, and with which secret. */
import { readSettings, readStoreSettings } from '../config/read-settings.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import { type Answer, sendTo } from '../webhook/send.ts';

/** The URL given, else where a service with the same settings listens on this machine. */
export function receiverUrl(url: string | undefined, app: string | undefined): string {
  return url === undefined ? ownUrl(app) : checkUrl(url);
}

/** @throws HubcastError `service_unreachable` */
export async function postSigned(url: string, body: Uint8Array, secret: string, timeoutMs?: number): Promise<Answer> {
  try {
    return await sendTo(url, body, { secret, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
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
  throw new HubcastError('usage', 'PORT=0 takes a free port: give its URL with --url.');
}

/** The App Secret: never an argument, which others on the machine could see. */
export function readSecret(file: string | undefined, app: string | undefined): string {
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
