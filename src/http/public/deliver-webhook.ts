/** A POST of Meta's in HTTP: admit it, read its body, have its events stored, answer. What came of it is logged and counted. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, HubcastError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Receipt } from '../../events/acceptance.ts';
import { fieldOf, type SplitEvent } from '../../events/event.ts';
import type { Receive } from '../../receive.ts';
import type { DeliveryTrace, TraceDelivery } from '../../telemetry/traces/delivery-trace.ts';
import { readSignature } from '../../webhook/signature.ts';
import type { Admission, Reservation } from '../server/admission.ts';
import { sendError, sendRefusal, toHubcastError } from '../server/answer.ts';
import { countHeader, headerText } from '../server/headers.ts';
import { declaredLength, readBodyBytes } from '../server/read-body.ts';
import type { NoteFailure } from './describe-failure.ts';
import { pathOf } from './webhook-paths.ts';

export interface DeliverOptions {
  readonly admission: Admission;
  readonly maxBodyBytes: number;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  readonly newDeliveryId: () => string;
  readonly log: Logger;
  readonly noteFailure: NoteFailure;
  readonly meter?: AnswerMeter | undefined;
  /** Absent where traces are off. */
  readonly trace?: TraceDelivery | undefined;
}

/** Told of each answer, in plain calls: for metrics. */
export interface AnswerMeter {
  readonly noteStored: (receipt: Receipt, bytes: number, ms: number) => void;
  /** @param outcome `verified` is a handshake that was answered with its challenge */
  readonly noteAnswer: (outcome: 'verified' | ErrorCode) => void;
}

/** Answers the request, whatever happens. @param app name in META_APPS, null for the only one */
export type Deliver = (
  request: IncomingMessage,
  response: ServerResponse,
  receive: Receive,
  app: string | null,
) => Promise<void>;

/** What is known of a POST before its body is read. */
interface Delivery {
  readonly app: string | null;
  readonly deliveryId: string;
  readonly receivedMs: number;
  readonly startedMs: number;
  readonly trace: DeliveryTrace | undefined;
}

const SIGNATURE = 'x-hub-signature-256';
const OK_HEADERS = { 'Content-Length': '0' };

export function createDeliver(options: DeliverOptions): Deliver {
  const { admission, maxBodyBytes, now, newDeliveryId, log, noteFailure, meter } = options;

  return async (request, response, receive, app) => {
    const delivery = begin(request, app);
    let reservation: Reservation | undefined;
    let first: SplitEvent | undefined;
    const onSplit = (events: readonly SplitEvent[]) => {
      [first] = events;
    };
    try {
      const length = declaredLength(request, maxBodyBytes);
      const signature = readSignature(signatureHeader(request));
      reservation = admission.admit(length);
      const body = await readBodyBytes(request, response, length, { maxBodyBytes, reserve: reservation.reserve });
      // A forged body leaves again in this turn: `receive` verifies it before it waits for anything.
      reservation.complete();
      const { headers } = request;
      const { receivedMs, deliveryId, trace } = delivery;
      const traceparent = headerText(headers.traceparent);
      const receipt = await receive({ body, signature, traceparent, headers, receivedMs, deliveryId, trace, onSplit });
      response.writeHead(200, OK_HEADERS);
      response.end();
      endStored(delivery, receipt, body.length);
    } catch (thrown) {
      const error = toHubcastError(thrown);
      if (reservation === undefined && error.code === 'overloaded') sendRefusal(response, error);
      else sendError(response, error);
      endFailed(request, delivery, error, { bytes: reservation?.bytes() ?? 0, first });
    } finally {
      reservation?.release();
    }
  };

  function begin({ headers }: IncomingMessage, app: string | null): Delivery {
    const startedMs = performance.now();
    const deliveryId = newDeliveryId();
    const trace = options.trace?.({
      traceparent: headerText(headers.traceparent),
      tracestate: headerText(headers.tracestate),
      path: pathOf(app),
      deliveryId,
    });
    return { app, deliveryId, receivedMs: now(), startedMs, trace };
  }

  function endStored({ app, deliveryId, startedMs, trace }: Delivery, receipt: Receipt, bytes: number): void {
    const { events, unknown, deadLetters, dropped, foreign } = receipt;
    const ms = performance.now() - startedMs;
    const entry: Record<string, string | number> = { outcome: 'stored', deliveryId, events, bytes, ms: round(ms) };
    // This line is the most frequent one of the service, and each member costs a little: those that are zero are left out.
    if (app !== null) entry.app = app;
    if (unknown > 0) entry.unknown = unknown;
    if (deadLetters > 0) entry.deadLetters = deadLetters;
    if (dropped > 0) entry.dropped = dropped;
    if (foreign > 0) entry.foreign = foreign;
    log.info(entry, 'delivery');
    meter?.noteStored(receipt, bytes, ms);
    trace?.end('stored', 200);
  }

  function endFailed(
    request: IncomingMessage,
    { app, deliveryId, receivedMs, startedMs, trace }: Delivery,
    error: HubcastError,
    { bytes, first }: { readonly bytes: number; readonly first: SplitEvent | undefined },
  ): void {
    const ms = round(performance.now() - startedMs);
    const named = first && { accountId: first.accountId, field: fieldOf(first) };
    noteFailure(request, error, { receivedMs, app, bytes, deliveryId, ms, ...named });
    meter?.noteAnswer(error.code);
    trace?.end(error.code, error.kind.status);
  }
}

/** @throws HubcastError `signature_malformed` when the header came more than once */
function signatureHeader({ headers, rawHeaders }: IncomingMessage): string | undefined {
  const count = countHeader(rawHeaders, SIGNATURE);
  if (count > 1) throw new HubcastError('signature_malformed', `X-Hub-Signature-256 came ${count} times.`);
  return headerText(headers[SIGNATURE]);
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
