/** The internal listener: every request is checked and logged here, before its route. */
import type { RequestListener } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import { HubcastError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { isUnreadablePath, SAFE_HEADERS, sendError, toHubcastError } from '../server/answer.ts';
import { type AccessOptions, authorize, type Needed, refuseWebPages } from './access.ts';
import { createKeptAnswer } from './kept-answer.ts';
import { oneRequestAtATime } from './one-request-at-a-time.ts';
import { refusePhoneNumberPath } from './phone-number-routes.ts';
import { ROUTES } from './routes.ts';
import { refuseSchemaPath } from './schema-routes.ts';
import { serveRoutes } from './serve-routes.ts';
import type { InternalServices } from './services.ts';

export interface InternalAppOptions extends InternalServices, AccessOptions {
  readonly log: Logger;
}

const NOT_LOGGED: ReadonlySet<string> = new Set(['/live', '/ready', '/metrics']);

/** No other site's page may embed an answer, or keep a handle on the console's window. */
const HEADERS = {
  ...SAFE_HEADERS,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** A scrape every 15 s needs no fresher figures. */
const METRICS_KEPT_MS = 1000;

export function createInternalApp(options: InternalAppOptions): RequestListener {
  const { loopback, log } = options;
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  app.use((request: Request, response: Response, next: NextFunction) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!NOT_LOGGED.has(request.path)) logWhenAnswered(request, response, log);
    if (loopback) refuseWebPages(request);
    next();
  });
  const authorized = (request: Request, needed: Needed) => authorize(request, needed, options);
  const metrics = createKeptAnswer(options.metrics, METRICS_KEPT_MS);
  serveRoutes(app, ROUTES, { ...options, metrics }, authorized);
  app.all('/phone-numbers/*rest', (request) => {
    authorized(request, { access: 'numbers:read', writes: false });
    throw refusePhoneNumberPath((request.params as unknown as { readonly rest: readonly string[] }).rest);
  });
  app.all('/schemas/*rest', (request) => {
    authorized(request, { access: 'any', writes: false });
    throw refuseSchemaPath();
  });
  app.use((request: Request) => {
    authorized(request, { access: 'any', writes: false });
    throw new HubcastError('not_found', 'No such path.');
  });
  // Express knows an error handler by its four parameters.
  app.use((thrown: unknown, _request: Request, response: Response, _next: unknown) => {
    const error = isUnreadablePath(thrown)
      ? new HubcastError('malformed_request', 'The path cannot be decoded.')
      : toHubcastError(thrown);
    if (error.code === 'internal') log.error({ err: thrown }, 'request failed');
    if (response.headersSent) response.destroy();
    else {
      if (error.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
      sendError(response, error);
    }
  });
  return oneRequestAtATime(app);
}

/** Logs who asked for what. The path is the route's own: a parameter may be a person's number. */
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
