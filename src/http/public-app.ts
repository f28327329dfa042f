/** The public listener's only path: Meta's handshake and Meta's events. */
import express, { type Express, type Request, type Response } from 'express';
import { type ErrorCode, HubcastError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Receipt, Receive, TraceDelivery } from '../receive.ts';
import { answerHandshake } from '../webhook/handshake.ts';
import { readSignature } from '../webhook/signature.ts';
import { sendError, sendErrorUnread, sendText, toHubcastError } from './answer.ts';
import { declaredLength, readBodyBytes } from './read-body.ts';
import type { Room, Share } from './room.ts';

export interface PublicAppOptions {
  readonly receive: Receive;
  readonly verifyToken: () => string;
  readonly room: Room;
  readonly maxBodyBytes: number;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  readonly newDeliveryId: () => string;
  readonly log: Logger;
  readonly meter?: AnswerMeter;
  /** Absent where traces are off. */
  readonly trace?: TraceDelivery | undefined;
}

/** Told of each answer, in plain calls: for metrics. */
export interface AnswerMeter {
  readonly noteStored: (receipt: Receipt, bytes: number, ms: number) => void;
  /** @param outcome `verified` is a handshake that was answered with its challenge */
  readonly noteAnswer: (outcome: 'verified' | ErrorCode) => void;
}

export function createPublicApp(options: PublicAppOptions): Express {
  const { receive, verifyToken, room, maxBodyBytes, now, newDeliveryId, log, meter } = options;
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  app.all('/webhook', async (request, response) => {
    if (request.method === 'POST') await takeEvents(request, response);
    else if (request.method === 'GET') handshake(request, response);
    else {
      response.setHeader('Allow', 'GET, POST');
      refuseUnread(response, new HubcastError('method_not_allowed', `${request.method} came.`));
    }
  });
  app.use((_request: Request, response: Response) =>
    refuseUnread(response, new HubcastError('not_found', 'No such path.')),
  );
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    log.error({ err: error }, 'request failed');
    if (response.headersSent) response.destroy();
    else refuseUnread(response, toHubcastError(error));
  });

  function refuseUnread(response: Response, error: HubcastError): void {
    sendErrorUnread(response, error);
    meter?.noteAnswer(error.code);
  }

  function handshake(request: Request, response: Response): void {
    try {
      const challenge = answerHandshake(request.query, verifyToken());
      sendText(response, 200, challenge);
      log.info({ outcome: 'verified' }, 'handshake');
      meter?.noteAnswer('verified');
    } catch (thrown) {
      const error = toHubcastError(thrown);
      logFailure(error, { outcome: error.code }, 'handshake');
      sendError(response, error);
      meter?.noteAnswer(error.code);
    }
  }

  async function takeEvents(request: Request, response: Response): Promise<void> {
    const startedMs = performance.now();
    const receivedMs = now();
    const deliveryId = newDeliveryId();
    const trace = options.trace?.({
      traceparent: request.get('traceparent'),
      tracestate: request.get('tracestate'),
      deliveryId,
    });
    let share: Share | undefined;
    let bytes = 0;
    try {
      const length = declaredLength(request, maxBodyBytes);
      const signature = readSignature(request.get('x-hub-signature-256'));
      share = room.enter(length);
      const body = await readBodyBytes(request, response, length, { maxBodyBytes, take: share.take });
      share.arrived();
      bytes = body.length;
      const receipt = await receive({
        body,
        signature,
        traceparent: request.get('traceparent'),
        receivedMs,
        deliveryId,
        trace,
      });
      response.writeHead(200, OK_HEADERS);
      response.end();
      const ms = performance.now() - startedMs;
      logDelivery(deliveryId, receipt, bytes, ms);
      meter?.noteStored(receipt, bytes, ms);
      trace?.end('stored', 200);
    } catch (thrown) {
      const error = toHubcastError(thrown);
      sendError(response, error);
      logFailure(
        error,
        { outcome: error.code, deliveryId, bytes, ms: round(performance.now() - startedMs) },
        'delivery',
      );
      meter?.noteAnswer(error.code);
      trace?.end(error.code, error.kind.status);
    } finally {
      share?.leave();
    }
  }

  function logDelivery(deliveryId: string, receipt: Receipt, bytes: number, ms: number): void {
    const { events, unknown, deadLetters, dropped } = receipt;
    const entry: Record<string, string | number> = { outcome: 'stored', deliveryId, events, bytes, ms: round(ms) };
    // Each member costs a little in the hottest line of the service: what is nought is not said.
    if (unknown > 0) entry.unknown = unknown;
    if (deadLetters > 0) entry.deadLetters = deadLetters;
    if (dropped > 0) entry.dropped = dropped;
    log.info(entry, 'delivery');
  }

  /** What the sender is not told: the diagnosis, and what the operator can do. */
  function logFailure(error: HubcastError, members: object, message: string): void {
    const { status, fix } = error.kind;
    const entry = { ...members, status, diagnosis: error.message, fix };
    if (status >= 500) log.error(error.code === 'internal' ? { ...entry, err: error.cause } : entry, message);
    else log.warn(entry, message);
  }

  return app;
}

const OK_HEADERS = { 'Content-Length': '0' };

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
