/** The public listener's only path, for one Meta app or for each of several: Meta's handshake and Meta's events. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Request, type Response } from 'express';
import { type ErrorCode, HubcastError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Receipt } from '../../events/acceptance.ts';
import type { Receive } from '../../receive.ts';
import type { FailedDelivery } from '../../telemetry/failed-deliveries.ts';
import type { TraceDelivery } from '../../telemetry/traces/delivery-trace.ts';
import { answerHandshake } from '../../webhook/handshake.ts';
import { readSignature } from '../../webhook/signature.ts';
import type { Admission, Reservation } from '../server/admission.ts';
import {
  isUnreadablePath,
  sendError,
  sendErrorUnread,
  sendRefusal,
  sendText,
  toHubcastError,
} from '../server/answer.ts';
import { toBlockList } from '../server/client-certificate.ts';
import { createFailureLog } from '../server/failure-log.ts';
import { countHeader } from '../server/malformed.ts';
import { declaredLength, readBodyBytes } from '../server/read-body.ts';
import { describeFailure, type FailureFacts } from './describe-failure.ts';

/** Where one Meta app knocks. */
export interface WebhookEndpoint {
  readonly receive: Receive;
  readonly verifyToken: () => string;
}

export interface PublicAppOptions {
  /** For /webhook (null) or /webhook/<app>; undefined where there is nothing. Asked for each request. */
  readonly endpoint: (app: string | null) => WebhookEndpoint | undefined;
  readonly admission: Admission;
  readonly maxBodyBytes: number;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  readonly newDeliveryId: () => string;
  readonly log: Logger;
  readonly meter?: AnswerMeter;
  /** Called for each POST that was refused or failed. */
  readonly onFailed?: (failure: FailedDelivery) => void;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly proxies?: readonly string[];
  /** Absent where traces are off. */
  readonly trace?: TraceDelivery | undefined;
}

/** Told of each answer, in plain calls: for metrics. */
export interface AnswerMeter {
  readonly noteStored: (receipt: Receipt, bytes: number, ms: number) => void;
  /** @param outcome `verified` is a handshake that was answered with its challenge */
  readonly noteAnswer: (outcome: 'verified' | ErrorCode) => void;
}

export function createPublicApp(options: PublicAppOptions): RequestListener {
  const { endpoint, admission, maxBodyBytes, now, newDeliveryId, log, meter } = options;
  /** What the sender is not told: the diagnosis, and what the operator can do. */
  const logFailure = createFailureLog(log);
  const proxies = toBlockList(options.proxies ?? []);
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');

  app.all('/webhook', (request, response) => answer(request, response, null));
  app.all('/webhook/:app', (request, response) => answer(request, response, request.params.app));
  app.use((request: Request, response: Response) => nothingHere(request, response));
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: unknown) => {
    if (isUnreadablePath(error)) return nothingHere(request, response);
    log.error({ err: error }, 'request failed');
    if (response.headersSent) response.destroy();
    else refuseUnread(response, toHubcastError(error));
  });

  function nothingHere(request: Request, response: Response): void {
    const path = request.path.slice(0, MAX_LOGGED_PATH);
    const error = new HubcastError('not_found', `${request.method} ${path} came; there is no such path.`);
    refuseUnread(response, error);
    noteFailure(request, error, { receivedMs: now(), app: null, bytes: 0, deliveryId: null });
  }

  /** Logs it, and keeps it for the operator where it was a POST. */
  function noteFailure(request: Request, error: HubcastError, facts: Omit<FailureFacts, 'proxies'>, ms?: number): void {
    const failure = describeFailure(request, error, { ...facts, proxies });
    if (request.method === 'POST') options.onFailed?.(failure);
    const { deliveryId, bytes, source, userAgent, traceId } = failure;
    const members = {
      outcome: error.code,
      ...(deliveryId !== null && { deliveryId }),
      ...ofApp(facts.app),
      bytes,
      ...(ms !== undefined && { ms: round(ms) }),
      ...(source !== null && { source }),
      ...(userAgent !== null && { userAgent: userAgent.slice(0, MAX_LOGGED_PATH) }),
      ...(traceId !== null && { traceId }),
    };
    logFailure(error, members, 'delivery');
  }

  function refuseUnread(response: Response, error: HubcastError): void {
    sendErrorUnread(response, error);
    meter?.noteAnswer(error.code);
  }

  /** Of POSTs a promise; not async, which would make one more for each. */
  function answer(request: Request, response: Response, name: string | null): Promise<void> | undefined {
    const to = endpoint(name);
    if (to === undefined) nothingHere(request, response);
    else if (request.method === 'POST') return takeEvents(request, response, to, name);
    else if (request.method === 'GET') handshake(request, response, to, name);
    else {
      response.setHeader('Allow', 'GET, POST');
      refuseUnread(response, new HubcastError('method_not_allowed', `${request.method} came.`));
    }
    return undefined;
  }

  function handshake(
    request: Request,
    response: Response,
    { verifyToken }: WebhookEndpoint,
    name: string | null,
  ): void {
    try {
      const challenge = answerHandshake(request.query, verifyToken());
      sendText(response, 200, challenge);
      log.info({ outcome: 'verified', ...ofApp(name) }, 'handshake');
      meter?.noteAnswer('verified');
    } catch (thrown) {
      const error = toHubcastError(thrown);
      logFailure(error, { outcome: error.code, ...ofApp(name) }, 'handshake');
      sendError(response, error);
      meter?.noteAnswer(error.code);
    }
  }

  async function takeEvents(
    request: Request,
    response: Response,
    { receive }: WebhookEndpoint,
    name: string | null,
  ): Promise<void> {
    const startedMs = performance.now();
    const receivedMs = now();
    const deliveryId = newDeliveryId();
    const trace = options.trace?.({
      traceparent: one(request.headers.traceparent),
      tracestate: one(request.headers.tracestate),
      path: request.path,
      deliveryId,
    });
    let reservation: Reservation | undefined;
    let bytes = 0;
    try {
      const length = declaredLength(request, maxBodyBytes);
      const signature = readSignature(onlyOne(request, SIGNATURE));
      reservation = admission.admit(length);
      const body = await readBodyBytes(request, response, length, { maxBodyBytes, reserve: reservation.reserve });
      reservation.complete();
      bytes = body.length;
      const receipt = await receive({
        body,
        signature,
        traceparent: one(request.headers.traceparent),
        headers: request.headers,
        receivedMs,
        deliveryId,
        trace,
      });
      response.writeHead(200, OK_HEADERS);
      response.end();
      const ms = performance.now() - startedMs;
      logDelivery(deliveryId, name, receipt, bytes, ms);
      meter?.noteStored(receipt, bytes, ms);
      trace?.end('stored', 200);
    } catch (thrown) {
      const error = toHubcastError(thrown);
      if (reservation === undefined && error.code === 'overloaded') sendRefusal(response, error);
      else sendError(response, error);
      noteFailure(request, error, { receivedMs, app: name, bytes, deliveryId }, performance.now() - startedMs);
      meter?.noteAnswer(error.code);
      trace?.end(error.code, error.kind.status);
    } finally {
      reservation?.release();
    }
  }

  function logDelivery(deliveryId: string, name: string | null, receipt: Receipt, bytes: number, ms: number): void {
    const { events, unknown, deadLetters, dropped, foreign } = receipt;
    const entry: Record<string, string | number> = { outcome: 'stored', deliveryId, events, bytes, ms: round(ms) };
    // Each member costs a little in the hottest line of the service: what is zero is not said.
    if (name !== null) entry.app = name;
    if (unknown > 0) entry.unknown = unknown;
    if (deadLetters > 0) entry.deadLetters = deadLetters;
    if (dropped > 0) entry.dropped = dropped;
    if (foreign > 0) entry.foreign = foreign;
    log.info(entry, 'delivery');
  }

  // With an end of our own, which is reached only where refusing itself fails: Express would make its for each request.
  const handle = app as unknown as (request: IncomingMessage, response: ServerResponse, end: () => void) => void;
  return (request, response) => handle(request, response, () => response.destroy());
}

const SIGNATURE = 'x-hub-signature-256';
/** Of what a stranger chose, in a log line. */
const MAX_LOGGED_PATH = 200;

/** @throws HubcastError `signature_malformed` when the header came more than once */
function onlyOne({ headers, rawHeaders }: IncomingMessage, name: typeof SIGNATURE): string | undefined {
  const count = countHeader(rawHeaders, name);
  if (count > 1) throw new HubcastError('signature_malformed', `X-Hub-Signature-256 came ${count} times.`);
  return one(headers[name]);
}

/** Node joins what is repeated, but for a few headers that are not read here. */
function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

function ofApp(name: string | null): { readonly app?: string } {
  return name === null ? {} : { app: name };
}

const OK_HEADERS = { 'Content-Length': '0' };

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
