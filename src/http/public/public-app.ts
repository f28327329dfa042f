/**
 * The public listener's only path, for one Meta app or for each of several: Meta's handshake and Meta's events. Express decides about
 * every request but one kind: a POST to a target that `appOfTarget` recognises goes to the same handler without its router.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Request, type Response } from 'express';
import { HubcastError } from '../../core/errors.ts';
import type { Receive } from '../../receive.ts';
import { answerHandshake } from '../../webhook/handshake.ts';
import { isUnreadablePath, sendError, sendErrorUnread, sendText, toHubcastError } from '../server/answer.ts';
import { createFailureLog } from '../server/failure-log.ts';
import { createDeliver, type DeliverOptions } from './deliver-webhook.ts';
import { createNoteFailure, type FailureNotesOptions } from './describe-failure.ts';
import { appOfTarget, WEBHOOK_PATHS } from './webhook-paths.ts';

/** What one Meta app talks to. */
export interface WebhookEndpoint {
  readonly receive: Receive;
  readonly verifyToken: () => string;
}

export interface PublicAppOptions extends Omit<DeliverOptions, 'noteFailure'>, Omit<FailureNotesOptions, 'logFailure'> {
  /** For /webhook (null) or /webhook/<app>; asked for each request. */
  readonly endpoint: (app: string | null) => WebhookEndpoint | undefined;
}

export function createPublicApp(options: PublicAppOptions): RequestListener {
  const { endpoint, now, log, meter } = options;
  const logFailure = createFailureLog(log);
  const noteFailure = createNoteFailure({ ...options, logFailure });
  const deliver = createDeliver({ ...options, noteFailure });

  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.all(WEBHOOK_PATHS.ofOnlyApp, (request, response) => answer(request, response, null));
  app.all(WEBHOOK_PATHS.ofNamedApp, (request, response) => answer(request, response, request.params.app));
  app.use((request: Request, response: Response) => refuseNotFound(request, response));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: unknown) => fail(error, request, response));
  // With a final handler of our own, for when `fail` itself fails: Express would make one for each request.
  const viaExpress = app as unknown as (request: IncomingMessage, response: ServerResponse, end: () => void) => void;

  function answer(request: Request, response: Response, name: string | null): Promise<void> | undefined {
    const to = endpoint(name);
    if (to === undefined) refuseNotFound(request, response);
    else if (request.method === 'POST') return deliver(request, response, to.receive, name);
    else if (request.method === 'GET') handshake(request, response, to.verifyToken(), name);
    else {
      response.setHeader('Allow', 'GET, POST');
      refuse(response, new HubcastError('method_not_allowed', `${request.method} came.`));
    }
    return undefined;
  }

  function handshake({ query }: Request, response: Response, verifyToken: string, name: string | null): void {
    const ofApp = name === null ? {} : { app: name };
    try {
      sendText(response, 200, answerHandshake(query, verifyToken));
      log.info({ outcome: 'verified', ...ofApp }, 'handshake');
      meter?.noteAnswer('verified');
    } catch (thrown) {
      const error = toHubcastError(thrown);
      logFailure(error, { outcome: error.code, ...ofApp }, 'handshake');
      sendError(response, error);
      meter?.noteAnswer(error.code);
    }
  }

  function refuse(response: ServerResponse, error: HubcastError): void {
    sendErrorUnread(response, error);
    meter?.noteAnswer(error.code);
  }

  function refuseNotFound(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '' } = request;
    const [path = ''] = url.split('?', 1);
    const error = new HubcastError(
      'not_found',
      `${method} came for a path of ${path.length} characters; it is not ours.`,
    );
    refuse(response, error);
    // The log holds no text of a sender; the list of failed deliveries, which takes a token to read, may.
    const diagnosis = `${method} ${path} came; there is no such path.`;
    noteFailure(request, error, { receivedMs: now(), app: null, bytes: 0, deliveryId: null, diagnosis });
  }

  function fail(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    if (isUnreadablePath(error)) {
      refuseNotFound(request, response);
      return;
    }
    log.error({ err: error }, 'request failed');
    if (response.headersSent) response.destroy();
    else refuse(response, toHubcastError(error));
  }

  return (request, response) => {
    const name = request.method === 'POST' ? appOfTarget(request.url as string) : undefined;
    const to = name === undefined ? undefined : endpoint(name);
    if (name === undefined || to === undefined) viaExpress(request, response, () => response.destroy());
    else deliver(request, response, to.receive, name).catch((error) => fail(error, request, response));
  };
}
