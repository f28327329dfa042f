/** Client of a running service's internal listener. */
import { readFileSync } from 'node:fs';
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError, messageOf } from '../core/errors.ts';
import { isObject } from '../core/is-object.ts';

export interface InternalListener {
  readonly url: string;
  /** @throws HubcastError `service_unreachable`, `usage` */
  readonly post: (path: string, body: string | undefined) => Promise<unknown>;
}

const ANSWER_TIMEOUT_MS = 30_000;
const TOKEN_HINT =
  ' Give a token of API_TOKENS with the scope events:replay, by --token-file or HUBCAST_TOKEN ("hubcast token" makes one).';

/**
 * @param given URL of the listener; if absent, the port of these settings on this machine
 * @param tokenFile holds the token; if absent, HUBCAST_TOKEN is sent
 */
export function internalListener(
  given: string | undefined,
  tokenFile: string | undefined,
  settings: StoreSettings,
): InternalListener {
  const url = (given ?? ownUrl(settings)).replace(/\/+$/, '');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new HubcastError('usage', `--url ${url} is not an http or https URL, as http://127.0.0.1:8081 is.`);
  }
  const token = tokenFile === undefined ? (settings.HUBCAST_TOKEN ?? null) : readToken(tokenFile);
  return {
    url,
    async post(path, body) {
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        body: body ?? null,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      }).catch((error: unknown) => {
        const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
        throw new HubcastError('service_unreachable', `${url} cannot be reached: ${cause}`, { cause: error });
      });
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text) as unknown;
      const hint = answer.status === 401 || answer.status === 403 ? TOKEN_HINT : '';
      throw new HubcastError('service_unreachable', `${url} answers ${answer.status}: ${messageIn(text)}${hint}`);
    },
  };
}

function ownUrl({ INTERNAL_PORT }: StoreSettings): string {
  if (INTERNAL_PORT !== 0) return `http://127.0.0.1:${INTERNAL_PORT}`;
  throw new HubcastError('usage', 'INTERNAL_PORT=0 takes a free port: give its URL with --url.');
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new HubcastError('usage', `--token-file cannot be read: ${messageOf(error)}.`);
  }
}

function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return isObject(error) ? String(error.message) : text;
  } catch {
    return text.slice(0, 200);
  }
}
