/**
 * The story of one POST: the bytes that Meta signed become events, the events become records, and the promise returned
 * here resolves once the records are durable. The 200 waits only for that.
 */
import { type AcceptanceOptions, createAcceptance, type Receipt } from './events/acceptance.ts';
import type { Delivery, KnownNumberOf, SplitEvent } from './events/event.ts';
import { type RequestHeaders, rawRequestEvent } from './events/raw-request.ts';
import { splitIntoEvents } from './events/split.ts';
import { type RecordOptions, toRecord } from './records/to-record.ts';
import { traceparentOf } from './records/traceparent.ts';
import type { Append } from './stores/store.ts';
import type { DeliveryTrace } from './telemetry/traces/delivery-trace.ts';
import { readBody } from './webhook/envelope.ts';
import { type AppSecret, verifySignature } from './webhook/signature.ts';

export interface IncomingRequest {
  /** As received, not one byte changed. */
  readonly body: Buffer;
  /** As `readSignature` read it. */
  readonly signature: Buffer;
  readonly traceparent: string | undefined;
  /** Kept with the body where requests are captured. */
  readonly headers?: RequestHeaders;
  readonly receivedMs: number;
  /** A UUID, which the events and the log line of the POST name. */
  readonly deliveryId: string;
  /** Undefined where traces are off. */
  readonly trace?: DeliveryTrace | undefined;
  /** Called with the events of a body whose signature fits, before they are stored: tells what failed if the store does. */
  readonly onSplit?: ((events: readonly SplitEvent[]) => void) | undefined;
}

export interface ReceiveOptions extends AcceptanceOptions, RecordOptions {
  readonly append: Append;
  /** Any of them may have signed; the first is the current one. */
  readonly appSecrets: readonly AppSecret[];
  readonly app: string;
  /** True stores requests as they came, beside their events. */
  readonly capture?: boolean;
  /** Called when a request is signed with another than the first secret. */
  readonly onOlderSecret?: (() => void) | undefined;
  /** Answers from memory, because this path waits only for the store. */
  readonly knownNumber?: KnownNumberOf | undefined;
  /** Called with the accepted events once they are durable. Must neither wait nor throw. */
  readonly onStored?: ((events: readonly SplitEvent[], receivedMs: number) => void) | undefined;
}

/** @throws HubcastError `signature_mismatch`, or why the store did not confirm (then durability is unknown) */
export type Receive = (request: IncomingRequest) => Promise<Receipt>;

export function createReceive(options: ReceiveOptions): Receive {
  const { append, appSecrets, app, knownNumber, onOlderSecret, onStored } = options;
  const { naming, ofSeveralApps, pseudonymize, capture = false } = options;
  const accept = createAcceptance(options);

  return async ({ body, signature, traceparent, headers, receivedMs, deliveryId, trace, onSplit }) => {
    const verified = verifySignature(body, signature, appSecrets, onOlderSecret);
    const delivery: Delivery = { app, deliveryId, receivedMs, knownNumber };
    const events = splitIntoEvents(verified, readBody(verified), delivery);
    onSplit?.(events);
    const { accepted, published, receipt } = accept(events);

    const traced = traceparentOf(trace?.traceparent ?? traceparent, deliveryId);
    const context = { delivery, naming, traceparent: traced, ofSeveralApps, pseudonymize };
    const records = published.map((event) => toRecord(event, context));
    if (capture) records.push(toRecord(rawRequestEvent(verified, headers, delivery, events), context));

    await (trace === undefined ? append(records) : trace.storing(records.length, () => append(records)));
    onStored?.(accepted, receivedMs);
    return receipt;
  };
}
