/**
 * Dead letters, read again with today's registry: what is fine now becomes the events it would have been at first, with
 * the receipt data of its own POST, and is stored like those of a webhook. What is still refused stays where it is.
 */
import { deadLetterSchema } from './events/contract.ts';
import type { Delivery, KnownNumberOf, SplitEvent } from './events/event.ts';
import { bodyOfDeadLetter } from './events/read-again.ts';
import { splitIntoEvents } from './events/split.ts';
import type { Family } from './fields/families.ts';
import { type AcceptedAccounts, acceptedOf } from './receive.ts';
import type { OutgoingRecord, StoredRecord } from './records/record.ts';
import { type HideParty, toRecord } from './records/to-record.ts';
import type { TopicNaming } from './records/topics.ts';
import { traceparentOf } from './records/traceparent.ts';
import type { Append } from './store/store.ts';
import { type Issue, readBody } from './webhook/envelope.ts';
import { type JsonView, viewJson } from './webhook/json-view.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from './webhook/signature.ts';

export interface ReplayOptions {
  readonly append: Append;
  /** Of the app a letter was sent to; of the first one where it is gone. */
  readonly appOf: (name: string) => { readonly naming: TopicNaming; readonly accounts?: AcceptedAccounts };
  /** As for webhooks: the key must be the one that the events of the same chat have. */
  readonly hideParty?: HideParty | undefined;
  /** Families that are stored. */
  readonly families: readonly Family[];
  readonly knownNumber?: KnownNumberOf;
  /** Told of events once they are durable. */
  readonly onStored?: (events: readonly SplitEvent[]) => void;
  readonly now: () => number;
}

export interface Repair {
  /** Says what would happen, and stores nothing. */
  readonly dryRun: boolean;
  /** JSON text in place of what was refused. */
  readonly value?: string | undefined;
}

export interface Replayed {
  readonly id: string;
  /** `unreadable`: no dead letter that this version can read again; `issues` says why. */
  readonly outcome: 'stored' | 'refused' | 'unreadable';
  readonly events: readonly { readonly id: string; readonly type: string; readonly topic: string }[];
  /** Events of families that are not published, or of accounts that are not accepted. */
  readonly dropped: number;
  /** What is still wrong. */
  readonly issues: readonly Issue[];
}

/** @throws HubcastError why the store did not confirm: then it is unknown whether the events are stored */
export type ReplayDeadLetter = (letter: StoredRecord, repair: Repair) => Promise<Replayed>;

export function createReplay(options: ReplayOptions): ReplayDeadLetter {
  const { appOf, knownNumber, hideParty, now } = options;
  const kept: ReadonlySet<Family> = new Set(options.families);

  return async (letter, { dryRun, value }) => {
    const read = readLetter(letter, value ?? null);
    if ('why' in read) return unreadable(letter, read.why);
    const { event, body } = read;
    const delivery: Delivery = {
      app: event.app,
      deliveryId: event.deliveryid,
      receivedMs: Date.parse(event.receivedtime),
      ...(knownNumber === undefined ? {} : { knownNumber }),
    };
    const { naming, accounts } = appOf(event.app);
    const events = splitOwn(body, delivery);
    const right = events.filter(({ family }) => family !== 'dead-letter');
    const fine = accounts === undefined ? right : acceptedOf(right, accounts);
    const published = fine.filter(({ family }) => kept.has(family));
    const traceparent = traceparentOf(letter.headers.traceparent, delivery.deliveryId);
    const context = { delivery, naming, traceparent, hideParty };
    const records = published.map((one) => toRepairedRecord(toRecord(one, context), now()));
    if (!dryRun && records.length > 0) {
      await options.append(records);
      options.onStored?.(fine);
    }
    return {
      id: event.id,
      outcome: right.length > 0 ? 'stored' : 'refused',
      events: records.map(({ id, topic, headers }) => ({ id, type: headers.ce_type ?? '', topic })),
      dropped: right.length - published.length,
      issues: events.flatMap((one) => (one.family === 'dead-letter' ? issuesOf(one) : [])),
    };
  };
}

/**
 * It was refused or forgotten once, so no remembered id keeps it out. Its record is of today: with the age of its receipt
 * it could be removed as soon as it is stored.
 */
function toRepairedRecord(record: OutgoingRecord, nowMs: number): OutgoingRecord {
  return { ...record, repeatable: true, timestampMs: nowMs };
}

type DeadLetter = ReturnType<typeof deadLetterSchema.parse>;

/** Anybody may write to a topic, so nothing about a letter is taken for granted. */
function readLetter(
  { value }: StoredRecord,
  repaired: string | null,
): { readonly event: DeadLetter; readonly body: Buffer } | { readonly why: string } {
  let view: JsonView;
  try {
    view = viewJson(value);
  } catch {
    return { why: 'The record is no event.' };
  }
  const checked = deadLetterSchema.safeParse(view.value);
  if (!checked.success) return { why: 'The record is no dead letter as this version writes them.' };
  const { chunk } = checked.data.data;
  if (chunk !== undefined) {
    const what = `It is part ${chunk.number} of ${chunk.count} of event ${chunk.event_id}, which is larger than its topic takes.`;
    return { why: `${what} Raise max.message.bytes of the topic; the parts' bytes, joined, are the event.` };
  }
  const body = bodyOfDeadLetter(view.at('data'), repaired);
  return body === null
    ? { why: 'It was set aside, and is no part that could be read.' }
    : { event: checked.data, body };
}

/** Nothing unsigned is read; what was signed once is signed again with a secret that is none. */
function splitOwn(body: Buffer, delivery: Delivery): SplitEvent[] {
  const secret = toAppSecret('replay');
  const verified = verifySignature(body, readSignature(signPayload(body, secret)), [secret]);
  return splitIntoEvents(verified, readBody(verified), delivery);
}

function issuesOf({ data }: SplitEvent): Issue[] {
  return (JSON.parse(data) as { readonly issues: Issue[] }).issues;
}

function unreadable({ headers }: StoredRecord, message: string): Replayed {
  const issues = [{ path: '', code: 'unreadable', message }];
  return { id: headers.ce_id ?? '', outcome: 'unreadable', events: [], dropped: 0, issues };
}
