/** The internal listener: probes, look-ups, its description. Who may use it is decided here, before any route. */

import { timingSafeEqual } from 'node:crypto';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type ApiToken, type Scope, tokenDigest } from '../../config/api-tokens.ts';
import { HubcastError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Readiness, SpoolLag } from '../../stores/store.ts';
import { isUnreadablePath, sendError, sendJson, toHubcastError } from '../server/answer.ts';
import { addCheckRoutes, type ReadChecks } from './check-routes.ts';
import { addConsoleRoutes, type ConsoleParts, isConsoleFile } from './console-routes.ts';
import { addEventRoutes, type StoredEvents } from './event-routes.ts';
import { addManagementRoutes, type ManagementContract, type PhoneNumberManagement } from './management-routes.ts';
import { type AnswerContract, openApiDocument } from './openapi.ts';
import {
  addPhoneNumberRoutes,
  type PhoneNumberLookUps,
  refuseMethod,
  refuseOtherNumberPaths,
} from './phone-number-routes.ts';
import { addSchemaRoutes, type PublishedSchemas } from './schema-routes.ts';

export interface InternalAppOptions {
  readonly readiness: () => Promise<Readiness>;
  readonly tokens: () => readonly ApiToken[];
  /** True: only this machine reaches it, tokens are needed for `manage` alone, and web pages are kept out. */
  readonly loopback: boolean;
  /** Null where this service has no access to Graph. */
  readonly lookUps: PhoneNumberLookUps | null;
  /** Null where numbers may not be managed. */
  readonly management: PhoneNumberManagement | null;
  readonly contract: AnswerContract;
  /** Null where stored events are not shown. */
  readonly stored: {
    readonly events: StoredEvents;
    readonly schemas: PublishedSchemas;
    /** Of a repaired value. */
    readonly maxBodyBytes: number;
  } | null;
  readonly managementContract: ManagementContract;
  /** Null where there is no page. */
  readonly console: ConsoleParts | null;
  /** Null where the set-up is not looked at. */
  readonly checks: ReadChecks | null;
  readonly version: string;
  /** What is counted, as Prometheus reads it. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly log: Logger;
}

const OPEN_PATHS: ReadonlySet<string> = new Set(['/live', '/ready', '/metrics']);
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

export function createInternalApp(options: InternalAppOptions): Express {
  const { readiness, loopback, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!OPEN_PATHS.has(request.path)) logWhenAnswered(request, response, log);
    try {
      if (loopback) refuseWebPages(request);
      else if (!OPEN_PATHS.has(request.path) && !isConsoleFile(request.path)) {
        authorize(request, options.tokens(), null);
      }
      next();
    } catch (error) {
      refuse(response, error);
    }
  });

  app.get('/live', (_request, response) => sendJson(response, 200, { status: 'live' }));
  app.get('/ready', async (_request, response) => {
    const state = await readiness();
    if (state.ready) {
      const spool = state.spool && toSpoolAnswer(state.spool);
      sendJson(response, 200, { status: 'ready', warnings: state.warnings ?? [], ...(spool && { spool }) });
    } else sendJson(response, 503, { status: 'not_ready', reason: state.reason });
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, text } = await options.metrics();
    response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
  });
  let openApi: object | undefined;
  app.get('/openapi.json', (_request, response) => {
    openApi ??= openApiDocument(options);
    sendJson(response, 200, openApi);
  });
  for (const path of ['/live', '/ready', '/metrics', '/openapi.json']) app.all(path, refuseMethod);
  const authorizeLookUp = (request: Request) => {
    if (!loopback) authorize(request, options.tokens(), 'numbers:read');
  };
  addPhoneNumberRoutes(app, { lookUps: options.lookUps, authorize: authorizeLookUp });
  addManagementRoutes(app, {
    management: options.management,
    contract: options.managementContract,
    authorize: (request) => authorize(request, options.tokens(), 'manage'),
  });
  refuseOtherNumberPaths(app, authorizeLookUp);
  if (options.console !== null) {
    addConsoleRoutes(app, options.console, (request) => {
      if (!loopback) authorize(request, options.tokens(), 'events:read');
    });
  }
  if (options.checks !== null) {
    const { checks } = options;
    addCheckRoutes(app, {
      checks,
      authorize: (request) => {
        if (!loopback) authorize(request, options.tokens(), 'events:read');
      },
    });
  }
  if (options.stored !== null) {
    addEventRoutes(app, {
      ...options.stored,
      authorize: (request, scope) => {
        if (!loopback) authorize(request, options.tokens(), scope);
      },
    });
    addSchemaRoutes(app, options.stored.schemas);
  }
  app.use((_request: Request, response: Response) => refuse(response, new HubcastError('not_found', 'No such path.')));
  app.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    const known = isUnreadablePath(error)
      ? new HubcastError('malformed_request', 'The path cannot be decoded.')
      : error;
    if (toHubcastError(known).code === 'internal') log.error({ err: error }, 'request failed');
    if (response.headersSent) response.destroy();
    else refuse(response, known);
  });
  return app;
}

/** Who asked for what. The path as the route writes it: what stands in it may be somebody's number. */
function logWhenAnswered(request: Request, response: Response, log: Logger): void {
  const startedMs = performance.now();
  response.once('close', () => {
    const { token } = response.locals as { readonly token?: string };
    const path: unknown = request.route?.path;
    const ms = Math.round(performance.now() - startedMs);
    log.info(
      {
        ...(token === undefined ? {} : { token }),
        method: request.method,
        ...(typeof path === 'string' ? { path } : {}),
        status: response.statusCode,
        ms,
      },
      'internal request',
    );
  });
}

/**
 * @param scope what the route needs; null for any valid token
 * @returns the token that was used, by its name
 * @throws HubcastError `unauthorized` or `forbidden`
 */
export function authorize(request: Request, tokens: readonly ApiToken[], scope: Scope | null): ApiToken {
  const [, given = ''] = /^Bearer ([^ ]+)$/i.exec(request.get('authorization') ?? '') ?? [];
  // All are compared, so that the time taken does not tell which one was close.
  const digest = tokenDigest(given);
  const [found] = tokens.filter((token) => timingSafeEqual(token.digest, digest));
  if (found === undefined) throw new HubcastError('unauthorized', 'No valid token came.');
  if (request.res !== undefined) request.res.locals.token = found.name;
  if (scope !== null && !found.scopes.includes(scope)) {
    throw new HubcastError('forbidden', `The token "${found.name}" lacks the scope ${scope}.`);
  }
  return found;
}

function toSpoolAnswer({ records, bytes, counted, ageMs, parked }: SpoolLag) {
  return { records, bytes, counted, oldest_age_ms: ageMs, parked };
}

/** Without this any web page open on this machine could read the events (DNS rebinding, cross-site requests). */
function refuseWebPages(request: Request): void {
  const host = request.get('host') ?? '';
  if (!LOOPBACK_HOST.test(host)) throw new HubcastError('forbidden', 'The Host header does not name this machine.');
  const origin = request.get('origin');
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new HubcastError('forbidden', 'The request comes from a web page of another origin.');
  }
  // Images and scripts of other pages carry no Origin. A link that opens a page of ours may.
  const site = request.get('sec-fetch-site') ?? 'none';
  const opensPage = request.get('sec-fetch-mode') === 'navigate' && request.get('sec-fetch-dest') === 'document';
  if (site !== 'none' && site !== 'same-origin' && !opensPage) {
    throw new HubcastError('forbidden', 'The request comes from a web page of another site.');
  }
}

function refuse(response: Response, thrown: unknown): void {
  const error = toHubcastError(thrown);
  if (error.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
  sendError(response, error);
}
