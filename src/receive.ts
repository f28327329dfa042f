/**
 * The story in one screen: bytes that Meta signed become events, events become records, and only when the records are
 * durable does the promise returned here resolve, which is what the 200 waits for.
 */
import type { Delivery, KnownNumberOf, SplitEvent } from './events/event.ts';
import { splitIntoEvents } from './events/split.ts';
import type { Family } from './fields/families.ts';
import { toRecord } from './records/to-record.ts';
import type { TopicNaming } from './records/topics.ts';
import { traceparentOf } from './records/traceparent.ts';
import type { Append } from './store/store.ts';
import { readBody } from './webhook/envelope.ts';
import { type AppSecret, verifySignature } from './webhook/signature.ts';

export interface SignedRequest {
  /** As received, not one byte changed. */
  readonly body: Buffer;
  /** As `readSignature` read it. */
  readonly signature: Buffer;
  readonly traceparent: string | undefined;
  readonly receivedMs: number;
  /** A UUID: the events and the log line of a POST name it. */
  readonly deliveryId: string;
  /** Where traces are on. */
  readonly trace?: DeliveryTrace | undefined;
}

/** The span of one POST. */
export interface DeliveryTrace {
  /** W3C Trace Context: what the records carry. */
  readonly traceparent: string;
  /** A span of its own around the write. */
  readonly storing: (records: number, write: () => Promise<void>) => Promise<void>;
  /** @param outcome `stored`, or the code of the error */
  readonly end: (outcome: string, status: number) => void;
}

/** Begins the span of a POST, as the child of the one its headers name. */
export type TraceDelivery = (request: {
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly deliveryId: string;
}) => DeliveryTrace;

/** What became of a POST, for the log line. */
export interface Receipt {
  readonly events: number;
  readonly unknown: number;
  readonly deadLetters: number;
  /** Events of families that are not published. */
  readonly dropped: number;
}

export interface ReceiveOptions {
  readonly append: Append;
  /** Accepted secrets, asked for each request because they can be rotated. */
  readonly appSecrets: () => readonly AppSecret[];
  readonly app: string;
  readonly naming: TopicNaming;
  /** Families that are stored; dead letters always are. */
  readonly families: readonly Family[];
  /** From memory: the path of a webhook waits for nothing but the store. */
  readonly knownNumber?: KnownNumberOf;
  /** Told of events once they are durable. Must not wait for anything. */
  readonly onStored?: (events: readonly SplitEvent[], receivedMs: number) => void;
}

/** @throws HubcastError `signature_mismatch`, or why the store did not confirm (then durability is unknown) */
export type Receive = (request: SignedRequest) => Promise<Receipt>;

export function createReceive(options: ReceiveOptions): Receive {
  const { append, appSecrets, app, naming, knownNumber } = options;
  const kept: ReadonlySet<Family> = new Set([...options.families, 'dead-letter']);

  return async ({ body, signature, traceparent, receivedMs, deliveryId, trace }) => {
    const verified = verifySignature(body, signature, appSecrets());
    const delivery: Delivery = {
      app,
      deliveryId,
      receivedMs,
      ...(knownNumber === undefined ? {} : { knownNumber }),
    };
    const events = splitIntoEvents(verified, readBody(verified), delivery);
    const context = { delivery, naming, traceparent: traceparentOf(trace?.traceparent ?? traceparent, deliveryId) };
    const records = events.filter((event) => kept.has(event.family)).map((event) => toRecord(event, context));
    await (trace === undefined ? append(records) : trace.storing(records.length, () => append(records)));
    options.onStored?.(events, receivedMs);
    return toReceipt(events, records.length);
  };
}

function toReceipt(events: readonly SplitEvent[], stored: number): Receipt {
  let unknown = 0;
  let deadLetters = 0;
  for (const { family } of events) {
    if (family === 'unknown') unknown += 1;
    else if (family === 'dead-letter') deadLetters += 1;
  }
  return { events: events.length, unknown, deadLetters, dropped: events.length - stored };
}
