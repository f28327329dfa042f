/**
 * The story in one screen: bytes that Meta signed become events, events become records, and only when the records are
 * durable does the promise returned here resolve, which is what the 200 waits for.
 */
import { type Delivery, type KnownNumberOf, type SplitEvent, TEST_ENTRY_ID } from './events/event.ts';
import { type RequestHeaders, rawRequestEvent } from './events/raw-request.ts';
import { splitIntoEvents } from './events/split.ts';
import type { Family } from './fields/families.ts';
import type { OutgoingRecord } from './records/record.ts';
import { type Pseudonymize, toRecord } from './records/to-record.ts';
import type { TopicNaming } from './records/topics.ts';
import { traceparentOf } from './records/traceparent.ts';
import type { Append } from './stores/store.ts';
import { readBody } from './webhook/envelope.ts';
import { type AppSecret, verifySignature } from './webhook/signature.ts';

export interface SignedRequest {
  /** As received, not one byte changed. */
  readonly body: Buffer;
  /** As `readSignature` read it. */
  readonly signature: Buffer;
  readonly traceparent: string | undefined;
  /** Kept with the body where requests are captured. */
  readonly headers?: RequestHeaders;
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
  readonly path: string;
  readonly deliveryId: string;
}) => DeliveryTrace;

/** What became of a POST, for the log line. */
export interface Receipt {
  readonly events: number;
  readonly unknown: number;
  readonly deadLetters: number;
  /** Events of families that are not published, or of accounts that are not accepted. */
  readonly dropped: number;
  /** Events of accounts that are not ours, where that is looked at. */
  readonly foreign: number;
}

/** What becomes of events of accounts that are not ours. Those that name no account, and the Test button's, are kept. */
export interface AcceptedAccounts {
  readonly ours: ReadonlySet<string>;
  readonly others: 'quarantine' | 'drop';
}

export interface ReceiveOptions {
  readonly append: Append;
  /** Accepted secrets, asked for each request because they can be rotated. */
  readonly appSecrets: () => readonly AppSecret[];
  readonly app: string;
  readonly naming: TopicNaming;
  /** Families that are stored; dead letters always are. */
  readonly families: readonly Family[];
  /** Requests are stored as they came, beside their events. */
  readonly capture?: boolean;
  /** Without it all are accepted. */
  readonly accounts?: AcceptedAccounts;
  /** True: a repetition is one within this app. */
  readonly ofSeveralApps?: boolean;
  /** Takes persons out of keys and subjects. */
  readonly pseudonymize?: Pseudonymize;
  /** Told when a request is signed with another than the first secret. */
  readonly onOlderSecret?: () => void;
  /** From memory: the path of a webhook waits for nothing but the store. */
  readonly knownNumber?: KnownNumberOf;
  /** Told of events once they are durable. Must not wait for anything. */
  readonly onStored?: (events: readonly SplitEvent[], receivedMs: number) => void;
  /** A failure of `onStored`: the events are durable, whatever comes after. */
  readonly onStoredFailed?: (error: unknown) => void;
}

/** @throws HubcastError `signature_mismatch`, or why the store did not confirm (then durability is unknown) */
export type Receive = (request: SignedRequest) => Promise<Receipt>;

export function createReceive(options: ReceiveOptions): Receive {
  const { append, appSecrets, app, naming, knownNumber, accounts, onOlderSecret } = options;
  const { ofSeveralApps = false, capture = false, pseudonymize } = options;
  const kept: ReadonlySet<Family> = new Set([...options.families, 'dead-letter']);

  return async ({ body, signature, traceparent, headers, receivedMs, deliveryId, trace }) => {
    const verified = verifySignature(body, signature, appSecrets(), onOlderSecret);
    const delivery: Delivery = {
      app,
      deliveryId,
      receivedMs,
      ...(knownNumber === undefined ? {} : { knownNumber }),
    };
    const events = splitIntoEvents(verified, readBody(verified), delivery);
    const accepted = accounts === undefined ? events : acceptedOf(events, accounts);
    const traced = traceparentOf(trace?.traceparent ?? traceparent, deliveryId);
    const context = { delivery, naming, traceparent: traced, ofSeveralApps, pseudonymize };
    const records: OutgoingRecord[] = [];
    for (const event of accepted) if (kept.has(event.family)) records.push(toRecord(event, context));
    const stored = records.length;
    if (capture) {
      const repeatable = events.some((event) => event.repeatable);
      records.push(toRecord(rawRequestEvent(verified, headers ?? {}, delivery, repeatable), context));
    }
    await (trace === undefined ? append(records) : trace.storing(records.length, () => append(records)));
    try {
      options.onStored?.(accepted, receivedMs);
    } catch (error) {
      options.onStoredFailed?.(error);
    }
    return toReceipt(events, stored, accounts);
  };
}

/** What is kept of a POST's events, and where. */
export function acceptedOf(events: readonly SplitEvent[], accounts: AcceptedAccounts): readonly SplitEvent[] {
  if (!events.some((event) => isForeign(event, accounts))) return events;
  return events.flatMap((event) => {
    if (!isForeign(event, accounts)) return [event];
    return accounts.others === 'drop' ? [] : [{ ...event, family: 'unknown' as const }];
  });
}

function isForeign({ accountId }: SplitEvent, { ours }: AcceptedAccounts): boolean {
  return accountId !== null && accountId !== TEST_ENTRY_ID && !ours.has(accountId);
}

function toReceipt(events: readonly SplitEvent[], stored: number, accounts: AcceptedAccounts | undefined): Receipt {
  let unknown = 0;
  let deadLetters = 0;
  for (const { family } of events) {
    if (family === 'unknown') unknown += 1;
    else if (family === 'dead-letter') deadLetters += 1;
  }
  const foreign = accounts === undefined ? 0 : events.filter((event) => isForeign(event, accounts)).length;
  return { events: events.length, unknown, deadLetters, dropped: events.length - stored, foreign };
}
