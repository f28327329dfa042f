/**
 * Reads dead letters again with today's registry. A part that is valid now becomes the events it would have been at first,
 * with the receipt data of its own POST, and is stored like those of a webhook. A part that is still refused stays.
 */
import type * as z from 'zod';
import type { Accept } from '../events/acceptance.ts';
import { deadLetterSchema, envelopeSchema } from '../events/contract.ts';
import { findEventSchema } from '../events/decoding/event-schemas.ts';
import type { Delivery, KnownNumberOf, SplitEvent } from '../events/event.ts';
import { splitIntoEvents } from '../events/split.ts';
import type { Actor } from '../events/system/actor.ts';
import { deadLetter as deadLetterEvent } from '../events/system/dead-letter.ts';
import { rawRequest } from '../events/system/raw-request.ts';
import { type Chunk, joinFrom, readChunk } from '../records/chunk.ts';
import type { OutgoingRecord, StoredRecord } from '../records/record.ts';
import { type RecordOptions, toRecord } from '../records/to-record.ts';
import { familyOfSchema } from '../records/topic-plans.ts';
import { traceparentOf } from '../records/traceparent.ts';
import type { Append } from '../stores/store.ts';
import { readBody } from '../webhook/envelope.ts';
import { type JsonView, viewJson } from '../webhook/json-view.ts';
import type { Issue } from '../webhook/part.ts';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../webhook/signature.ts';
import type { Replayed } from './dead-letter-schemas.ts';
import { bodyOfDeadLetter } from './reassemble.ts';
import { toRepairAudit } from './repair-audit.ts';

export interface ReplayOptions {
  readonly append: Append;
  /** Of the app a dead letter was sent to; of the first one where it is gone. */
  readonly appOf: (name: string) => AppOfDeadLetter;
  /** Dead letters stored at that time (ms) or later, in which the other parts of an event are looked for. */
  readonly deadLettersSince: (timestampMs: number) => AsyncIterable<StoredRecord>;
  readonly knownNumber?: KnownNumberOf | undefined;
  /** Told of events once they are durable. */
  readonly onStored?: ((events: readonly SplitEvent[]) => void) | undefined;
  readonly now: () => number;
}

/** As for webhooks: an event must get the topic and the key that the events of the same chat have. */
export interface AppOfDeadLetter extends RecordOptions {
  readonly accept: Accept;
}

export interface Repair {
  /** Says what would happen, and stores nothing. */
  readonly dryRun: boolean;
  /** In place of what was refused, and who says so: the events name the person, and an audit event is stored with them. */
  readonly repaired?: { readonly value: string; readonly actor: Actor } | undefined;
}

/** @throws HubcastError why the store did not confirm: then it is unknown whether the events are stored */
export type ReplayDeadLetter = (deadLetter: StoredRecord, repair: Repair) => Promise<Replayed>;

export function createReplay(options: ReplayOptions): ReplayDeadLetter {
  const { appOf, knownNumber, now } = options;

  async function readAny(deadLetter: StoredRecord, value: string | null): Promise<ReadDeadLetter> {
    const chunk = readChunk(deadLetter.value);
    if (chunk === null) return readDeadLetter(deadLetter.value, value, knownNumber);
    if (chunk.eventType === rawRequest.type) {
      return {
        reason: 'It is part of a captured request, whose events are stored beside it; capture export puts it together.',
      };
    }
    const joined = await joinFrom(chunk, options.deadLettersSince(deadLetter.timestampMs - WRITTEN_TOGETHER_MS));
    if ('reason' in joined) return joined;
    if (chunk.eventType === deadLetterEvent.type) return readDeadLetter(joined.text, value, knownNumber);
    if (value !== null)
      return { reason: 'It is part of an event that is only too large for its topic: its value needs no repair.' };
    return readJoined(chunk, joined.text);
  }

  return async (deadLetter, { dryRun, repaired }) => {
    const read = await readAny(deadLetter, repaired?.value ?? null);
    const id = deadLetter.headers.ce_id ?? '';
    if ('reason' in read) return unreadable(id, read.reason);
    const { events } = read;
    const repairedBy = repaired && `${repaired.actor.kind}:${repaired.actor.name}`;
    const delivery = { ...read.delivery, repairedBy };
    const { accept, ...app } = appOf(delivery.app);
    const right = events.filter(({ family }) => family !== 'dead-letter');
    const { accepted, published, receipt } = accept(right);
    const traceparent = traceparentOf(deadLetter.headers.traceparent, delivery.deliveryId);
    const context = { ...app, delivery, traceparent };
    const nowMs = now();
    const records = published.map((one) => toRepairedRecord(toRecord(one, context), nowMs));
    const stored = records.map(({ id, topic, headers }) => ({ id, type: headers.ce_type ?? '', topic }));
    if (!dryRun && records.length > 0) {
      const accountId = published[0]?.accountId ?? null;
      const audit = repaired && toRepairAudit({ ...repaired, accountId, deadLetter, events: stored, nowMs }, context);
      await options.append(audit === undefined ? records : [...records, audit]);
      options.onStored?.(accepted);
    }
    return {
      id,
      outcome: right.length > 0 ? 'stored' : 'refused',
      events: stored,
      dropped: receipt.dropped,
      issues: events.flatMap((one) => (one.family === 'dead-letter' ? issuesOf(one) : [])),
    };
  };
}

/** Chunks of an event are stored by one write, each with its receipt time, or the broker's own. */
const WRITTEN_TOGETHER_MS = 10 * 60_000;

/**
 * It was refused or forgotten once, so no remembered id keeps it out; from now on it is known, as when it had been stored
 * at first. Its record is of today: with the age of its receipt it could be removed as soon as it is stored.
 */
function toRepairedRecord(record: OutgoingRecord, nowMs: number): OutgoingRecord {
  return { ...record, repeatable: true, ...(record.repeatable ? {} : { remembered: true }), timestampMs: nowMs };
}

type ReadDeadLetter =
  | { readonly delivery: Delivery; readonly events: readonly SplitEvent[] }
  | { readonly reason: string };

/** Any client may write to a topic, so every member of a dead letter is checked. */
function readDeadLetter(text: string, repaired: string | null, knownNumber: KnownNumberOf | undefined): ReadDeadLetter {
  let view: JsonView;
  try {
    view = viewJson(text);
  } catch {
    return { reason: 'The record is no event.' };
  }
  const { data: deadLetter } = deadLetterSchema.safeParse(view.value);
  if (deadLetter === undefined) return { reason: 'The record is no dead letter as this version writes them.' };
  const body = bodyOfDeadLetter(view.at('data'), repaired);
  if (body === null) return { reason: 'It was set aside, and is no part that could be read.' };
  const delivery = { ...deliveryOf(deadLetter), ...(knownNumber === undefined ? {} : { knownNumber }) };
  return { delivery, events: splitOwn(body, delivery) };
}

/** An event as it was made: only its topic did not take it. Its subject and key are those its record had. */
function readJoined({ eventId, key }: Chunk, text: string): ReadDeadLetter {
  if (key === undefined) return { reason: `The key of event ${eventId} was too long to be kept with its parts.` };
  let view: JsonView;
  try {
    view = viewJson(text);
  } catch {
    return { reason: `The parts of event ${eventId} are no event together.` };
  }
  const { data: event } = envelopeSchema.safeParse(view.value);
  const schema = event === undefined ? undefined : findEventSchema(event.dataschema);
  if (event === undefined || event.id !== eventId || schema?.safeParse(view.value).success !== true) {
    return { reason: `The parts of event ${eventId} are no event of this version together.` };
  }
  const { id, type, source, subject = null, time, dataschema, data } = event;
  const { account_id: accountId } = data;
  const split: SplitEvent = {
    id,
    type,
    family: familyOfSchema(dataschema),
    key,
    source,
    subject,
    accountId: typeof accountId === 'string' ? accountId : null,
    time,
    dataschema,
    data: view.at('data').text(),
    repeatable: data.test,
  };
  return { delivery: deliveryOf(event), events: [split] };
}

function deliveryOf({ app, deliveryid, receivedtime }: z.output<typeof envelopeSchema>): Delivery {
  return { app, deliveryId: deliveryid, receivedMs: Date.parse(receivedtime) };
}

/** Only a verified body is split, so the body is signed again, with a secret that is used nowhere else. */
function splitOwn(body: Buffer, delivery: Delivery): SplitEvent[] {
  const secret = toAppSecret('replay');
  const verified = verifySignature(body, readSignature(signPayload(body, secret)), [secret]);
  return splitIntoEvents(verified, readBody(verified), delivery);
}

function issuesOf({ data }: SplitEvent): Issue[] {
  return (JSON.parse(data) as { readonly issues: Issue[] }).issues;
}

function unreadable(id: string, message: string): Replayed {
  const issues = [{ path: '', code: 'unreadable', message }];
  return { id, outcome: 'unreadable', events: [], dropped: 0, issues };
}
