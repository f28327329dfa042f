/** Access control of the internal listener. */
import { timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { type ApiToken, tokenDigest } from '../../config/api-tokens.ts';
import { HubcastError } from '../../core/errors.ts';
import type { Route } from './route.ts';

export interface AccessOptions {
  readonly tokens: () => readonly ApiToken[];
  /** Only this machine reaches the listener: without API_TOKENS reads need no token, and web pages are kept out. */
  readonly loopback: boolean;
}

/** What a request needs, as its route says. */
export interface Needed extends Pick<Route, 'access' | 'perApp'> {
  /** It has effects: then it needs a token always. */
  readonly writes: boolean;
}

/**
 * @returns the token that was used; null where none was needed
 * @throws HubcastError `unauthorized`, `forbidden`
 */
export function authorize(
  request: Request,
  { access, writes, perApp }: Needed,
  options: AccessOptions,
): ApiToken | null {
  const tokens = options.tokens();
  const unguarded = options.loopback && tokens.length === 0 && !writes && access !== 'manage';
  if (access === 'open' || unguarded) return null;
  const [, given = ''] = /^Bearer ([^ ]+)$/i.exec(request.get('authorization') ?? '') ?? [];
  // Every token is compared, so that the time taken does not tell which one was close.
  const digest = tokenDigest(given);
  const [token] = tokens.filter((one) => timingSafeEqual(one.digest, digest));
  if (token === undefined) throw new HubcastError('unauthorized', 'No valid token came.');
  if (request.res !== undefined) request.res.locals.token = token.name;
  if (access !== 'any' && !token.scopes.includes(access)) {
    const details = { missing_scope: access };
    throw new HubcastError('forbidden', `The token "${token.name}" lacks the scope ${access}.`, { details });
  }
  if (token.app !== null && access !== 'any' && !perApp) {
    throw new HubcastError(
      'forbidden',
      `The token "${token.name}" is bound to the app "${token.app}"; this path is about all.`,
      { details: { only_app: token.app } },
    );
  }
  return token;
}

/** What a link on another site may open. */
const PAGES: ReadonlySet<string> = new Set(['/', '/console']);
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Without this any web page open on this machine could read the events (DNS rebinding, cross-site requests).
 *
 * @throws HubcastError `forbidden`
 */
export function refuseWebPages(request: Request): void {
  const host = request.get('host') ?? '';
  if (!LOOPBACK_HOST.test(host)) throw new HubcastError('forbidden', 'The Host header does not name this machine.');
  const origin = request.get('origin');
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new HubcastError('forbidden', 'The request comes from a web page of another origin.');
  }
  // Images, scripts and links of other pages carry no Origin. A link may only open the console.
  const site = request.get('sec-fetch-site') ?? 'none';
  const opensPage = request.get('sec-fetch-mode') === 'navigate' && request.get('sec-fetch-dest') === 'document';
  if (site !== 'none' && site !== 'same-origin' && !(opensPage && PAGES.has(request.path))) {
    throw new HubcastError('forbidden', 'The request comes from a web page of another site.');
  }
}
