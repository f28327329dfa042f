/**
 * The audit: what was acknowledged against what a foreign consumer found. Pure, so that it can be shown to find each kind of loss
 * (audit.test.ts).
 */
import { isDeepStrictEqual } from 'node:util';
import { type Item, MARKER } from './bodies.ts';
import type { Obligation } from './sender.ts';

/** A record as a foreign reader saw it. */
export interface FoundRecord {
  /** Of the topic: what follows the prefix. */
  readonly family: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly id: string | null;
  readonly type: string | null;
  readonly payload: string | null;
}

export interface Findings {
  /** Records that were read. */
  readonly events: number;
  /** Items that were acknowledged. */
  readonly obligations: number;
  /** Acknowledged and not there. */
  readonly missing: readonly string[];
  /** There with another content, key or topic; under an id of other content; or never sent. */
  readonly altered: readonly string[];
  /** First copies that stand before an event that was acknowledged before they were sent, under one key; or not in their body's order. */
  readonly disordered: readonly string[];
  /** Ids that stand more than once. */
  readonly duplicates: number;
  /** Ids whose requests had no quick 200, or were sent to more than one life of the service: only these may stand twice. */
  readonly bound: number;
  /** Ids that stand more than once and must not. */
  readonly excess: readonly string[];
  /** Acknowledged before their topic was deleted, and gone with it. */
  readonly excused: number;
}

export interface AuditOptions {
  /** Journal: an id is never stored twice. */
  readonly exactlyOnce: boolean;
  /** Spool: what a forwarder had under way when something broke cannot be seen from outside; any id may stand twice. */
  readonly forwards?: boolean;
  /** A family whose topic was deleted, and until when (performance.now()) what it acknowledged could go with it. */
  readonly deleted?: { readonly family: string; readonly untilMs: number } | undefined;
}

interface Place {
  readonly item: Item;
  readonly obligation: Obligation;
  readonly index: number;
}

export function audit(
  obligations: readonly Obligation[],
  records: readonly FoundRecord[],
  options: AuditOptions,
): Findings {
  const places = new Map<string, Place>();
  for (const obligation of obligations) {
    for (const [index, item] of obligation.items.entries()) places.set(item.marker, { item, obligation, index });
  }
  const altered: string[] = [];
  const copies = new Map<string, FoundRecord[]>();
  const ids = new Map<string, string>();
  const chunks = new Map<string, Map<number, FoundRecord>>();
  let repeatedChunks = 0;

  const note = (record: FoundRecord, placed: boolean): void => {
    const problem = compare(record, places, ids, placed);
    if (typeof problem === 'string') altered.push(problem);
    else copies.set(problem.marker, [...(copies.get(problem.marker) ?? []), record]);
  };
  for (const record of records) {
    const chunk = chunkOf(record);
    if (chunk === null) note(record, true);
    else {
      const known = chunks.get(chunk.event_id) ?? new Map<number, FoundRecord>();
      if (known.has(chunk.number)) repeatedChunks += 1;
      known.set(chunk.number, record);
      chunks.set(chunk.event_id, known);
    }
  }
  const joined = new Set<FoundRecord>();
  for (const [eventId, parts] of chunks) {
    const record = joinChunks(eventId, parts);
    // Chunks of which some are missing are found as a missing event.
    if (record === null) continue;
    joined.add(record);
    note(record, false);
  }

  const missing: string[] = [];
  let acknowledged = 0;
  let excused = 0;
  let duplicates = repeatedChunks;
  let bound = 0;
  const excess: string[] = [];
  for (const [marker, { item, obligation }] of places) {
    const found = copies.get(marker)?.length ?? 0;
    const mayRepeat = !options.exactlyOnce && (options.forwards || obligation.exposed || obligation.lives.size > 1);
    if (mayRepeat) bound += 1;
    if (found > 1) {
      duplicates += 1;
      if (!mayRepeat) excess.push(marker);
    }
    if (obligation.acked === null) continue;
    acknowledged += 1;
    if (found > 0) continue;
    const { deleted } = options;
    if (deleted?.family === item.family && (obligation.ackedMs ?? 0) < deleted.untilMs) excused += 1;
    else missing.push(marker);
  }

  return {
    events: records.length,
    obligations: acknowledged,
    missing,
    altered,
    disordered: findDisorder(places, copies, joined),
    duplicates,
    bound,
    excess,
    excused,
  };
}

/** What is wrong with a record, else the marker it was found by. */
function compare(
  { family, key, id, payload, partition, offset }: FoundRecord,
  places: ReadonlyMap<string, Place>,
  ids: Map<string, string>,
  placed: boolean,
): string | { readonly marker: string } {
  const where = `${family}[${partition}]@${offset}`;
  const marker = MARKER.exec(payload ?? '')?.[0];
  const place = marker === undefined ? undefined : places.get(marker);
  if (marker === undefined || place === undefined) return `${where} was never sent`;
  const { item } = place;
  const event = JSON.parse(payload ?? '') as { readonly id: string; readonly data: { readonly value: unknown } };
  const owner = ids.get(event.id) ?? marker;
  ids.set(event.id, owner);
  if (owner !== marker) return `${where}: id ${event.id} is that of ${owner} and of ${marker}`;
  if (id !== event.id) return `${where}: ce_id is ${id}, the event's id ${event.id}`;
  if (placed && family !== item.family) return `${where}: ${marker} belongs to ${item.family}`;
  if (key !== item.key) return `${where}: key ${key} in place of ${item.key}`;
  if (!isDeepStrictEqual(event.data.value, item.value)) return `${where}: ${marker} has another value`;
  return { marker };
}

interface Chunk {
  readonly event_id: string;
  readonly number: number;
  readonly count: number;
}

function chunkOf({ type, payload }: FoundRecord): Chunk | null {
  if (type !== 'whatsapp.dead_letter' || payload === null) return null;
  const { data } = JSON.parse(payload) as { readonly data: { readonly chunk?: Chunk } };
  return data.chunk ?? null;
}

/** The record that was too large for its topic, from its numbered dead letters; the key is that of its own event. */
function joinChunks(eventId: string, parts: ReadonlyMap<number, FoundRecord>): FoundRecord | null {
  const [first] = parts.values();
  if (first === undefined) return null;
  const count = chunkOf(first)?.count ?? 0;
  const bytes: Buffer[] = [];
  for (let number = 1; number <= count; number += 1) {
    const part = parts.get(number);
    if (part === undefined) return null;
    const { data } = JSON.parse(part.payload ?? '') as { readonly data: { readonly body_base64: string } };
    bytes.push(Buffer.from(data.body_base64, 'base64'));
  }
  const payload = Buffer.concat(bytes).toString();
  const { data } = JSON.parse(payload) as { readonly data: { readonly value: unknown } };
  return { ...first, id: eventId, payload, key: keyOfParts(data) };
}

/** Chunks are keyed by entry; the key of the event they are of follows from its content, as the contract says. */
function keyOfParts(data: object): string | null {
  const { account_id, phone_number, value } = data as {
    readonly account_id: string | null;
    readonly phone_number?: { readonly id: string | null } | null;
    readonly value: Readonly<Record<string, string>>;
  };
  const participant = value.from ?? value.recipient_id;
  if (participant !== undefined) return `${phone_number?.id}:${participant}`;
  return value.display_phone_number === undefined ? account_id : `${account_id}:${value.display_phone_number}`;
}

/**
 * Promise 4, as far as a sender can see it: what was acknowledged before another was sent was stored before it. Of each event the
 * first copy counts; a copy that comes late is a duplicate, which consumers tell by its id.
 */
function findDisorder(
  places: ReadonlyMap<string, Place>,
  copies: ReadonlyMap<string, readonly FoundRecord[]>,
  joined: ReadonlySet<FoundRecord>,
): string[] {
  const byKey = new Map<string, { readonly offset: number; readonly place: Place }[]>();
  for (const [marker, found] of copies) {
    const [first] = found.filter((record) => !joined.has(record)).toSorted((a, b) => a.offset - b.offset);
    const place = places.get(marker);
    if (first === undefined || place === undefined) continue;
    const name = `${first.family}/${first.partition}/${first.key}`;
    const list = byKey.get(name) ?? [];
    list.push({ offset: first.offset, place });
    byKey.set(name, list);
  }
  const disordered: string[] = [];
  for (const list of byKey.values()) {
    list.sort((a, b) => a.offset - b.offset);
    let earliestAck = Number.POSITIVE_INFINITY;
    for (const { place } of list.toReversed()) {
      const { obligation, item } = place;
      // Something behind it was acknowledged before it was sent.
      if (earliestAck < obligation.sent) disordered.push(item.marker);
      earliestAck = Math.min(earliestAck, obligation.acked ?? Number.POSITIVE_INFINITY);
    }
    const lastIndex = new Map<Obligation, number>();
    for (const { place } of list) {
      if ((lastIndex.get(place.obligation) ?? -1) > place.index) disordered.push(place.item.marker);
      lastIndex.set(place.obligation, place.index);
    }
  }
  return disordered;
}

/** Nothing lost, nothing changed, nothing out of order, nothing twice that was not in flight when something failed. */
export function isClean({ missing, altered, disordered, excess }: Findings): boolean {
  return missing.length + altered.length + disordered.length + excess.length === 0;
}
