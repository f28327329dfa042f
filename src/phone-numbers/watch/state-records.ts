/** Converts states, lists and changes to records, and back. */
import { decodeEvent } from '../../events/decoding/decode-event.ts';
import { dataschemaOf, type SplitEvent, sourceOf, toRfc3339 } from '../../events/event.ts';
import { eventId } from '../../events/event-id.ts';
import { accountNumbers, phoneNumberChanged, phoneNumberState } from '../../events/system/phone-numbers.ts';
import type { SystemEvent } from '../../events/system-event.ts';
import type { OutgoingRecord, StoredRecord } from '../../records/record.ts';
import { toRecord } from '../../records/to-record.ts';
import { type TopicNaming, topicName } from '../../records/topic-plans.ts';
import { traceparentOf } from '../../records/traceparent.ts';
import { differing, type KeptList, type KeptNumber, MEMBERS, type NumberState } from './number-state.ts';

/** Header of state records and tombstones with the generation of the leader. A tombstone has no value that could hold it. */
export const GENERATION_HEADER = 'generation';
/** A group would need millennia to reach it. Beyond 2^53 two consecutive generations are equal numbers. */
const MAX_GENERATION = 2 ** 52;

export interface StateRecordOptions {
  readonly naming: TopicNaming;
  readonly app: string;
  readonly generation: number;
  readonly nowMs: number;
  /** A UUID, the same for all changes found in one read or event. */
  readonly deliveryId: string;
}

/** One change of one number; `before` or `after` is null if the account did not have the number then. */
export interface NumberChange {
  readonly before: KeptNumber | null;
  readonly after: KeptNumber | null;
  readonly atMs: number;
  /** Id of the event with the change; null if a reading of Graph found it. */
  readonly eventId: string | null;
}

export function toChangedRecord(
  { before, after, atMs, eventId: by }: NumberChange,
  options: StateRecordOptions,
): OutgoingRecord {
  const number = (after ?? before) as KeptNumber;
  const version = after?.version ?? number.version + 1;
  const data = {
    field: null,
    test: false,
    account_id: number.accountId,
    phone_number: { digits: number.digits, id: number.state.id, known: after !== null },
    changed: before === null || after === null ? [] : [...differing(before.state, after.state)],
    before: before?.state ?? null,
    after: after?.state ?? null,
    state_version: version,
    observed_by: by === null ? 'graph' : 'webhook',
    event_id: by,
  };
  const identity = [number.digits, membersOf(before), membersOf(after), version];
  return toSystemRecord(phoneNumberChanged, { number, data, identity, timeMs: atMs, repeatable: false }, options);
}

export function toStateRecord(number: KeptNumber, options: StateRecordOptions): OutgoingRecord {
  const { state, version, reported, readAtMs, digits, accountId } = number;
  const data = {
    field: null,
    test: false,
    account_id: accountId,
    generation: options.generation,
    phone_number: { digits, id: state.id, known: true },
    state,
    state_version: version,
    reported_by_webhooks: Object.fromEntries(
      Object.entries(reported).map(([name, { atMs, by }]) => [name, { at: new Date(atMs).toISOString(), by }]),
    ),
    read_at: timeText(readAtMs),
  };
  return toSystemRecord(phoneNumberState, { number, data, identity: data, timeMs: options.nowMs }, options);
}

export function toListRecord(list: KeptList, options: StateRecordOptions): OutgoingRecord {
  const { accountId, digits, removedVersion, readAtMs } = list;
  const data = {
    field: null,
    test: false,
    account_id: accountId,
    generation: options.generation,
    digits,
    removed_version: removedVersion,
    read_at: new Date(readAtMs).toISOString(),
  };
  const number = { accountId, digits: null };
  return toSystemRecord(accountNumbers, { number, data, identity: data, timeMs: options.nowMs }, options);
}

/** Removes a number or a list from the state. */
export function toTombstone(of: Named, options: StateRecordOptions): OutgoingRecord {
  const written = toSystemRecord(
    phoneNumberState,
    { number: of, data: {}, identity: [], timeMs: options.nowMs },
    options,
  );
  return { ...written, value: '', headers: { [GENERATION_HEADER]: String(options.generation) } };
}

interface Named {
  readonly accountId: string;
  /** Null: the account's list. */
  readonly digits: string | null;
}

interface Content {
  readonly number: Named;
  readonly data: object;
  readonly identity: unknown;
  readonly timeMs: number;
  readonly repeatable?: boolean;
}

/** The key begins with the account, so that one partition holds its records. */
function toSystemRecord(
  { type, version, family }: SystemEvent,
  { number: { accountId, digits }, data, identity, timeMs, repeatable = true }: Content,
  { naming, app, generation, nowMs, deliveryId }: StateRecordOptions,
): OutgoingRecord {
  const key = digits === null ? accountId : `${accountId}:${digits}`;
  const item = JSON.stringify([key, identity]);
  const event: SplitEvent = {
    id: eventId({ type, entryId: accountId, field: null, timeText: null, item, context: null, unrecognized: null }),
    type,
    family,
    key,
    source: sourceOf(accountId),
    accountId,
    subject: digits,
    time: toRfc3339(timeMs),
    dataschema: dataschemaOf(type, version),
    data: JSON.stringify(data),
    repeatable,
  };
  const delivery = { app, deliveryId, receivedMs: nowMs };
  const record = toRecord(event, { delivery, naming, traceparent: traceparentOf(undefined, deliveryId) });
  if (family !== 'phone-number-state') return record;
  return { ...record, headers: { ...record.headers, [GENERATION_HEADER]: String(generation) } };
}

/** In a fixed order: equal states have equal ids, whatever changes led to them. */
function membersOf(number: KeptNumber | null): unknown {
  return number === null ? null : MEMBERS.map((name: keyof NumberState) => number.state[name]);
}

function timeText(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

export type StateRecord =
  | { readonly kind: 'number'; readonly number: KeptNumber }
  | { readonly kind: 'list'; readonly list: KeptList }
  | { readonly kind: 'gone'; readonly accountId: string; readonly digits: string | null };

/** @returns null without a generation, or for one that no leader can have */
export function generationOf({ headers }: StoredRecord): number | null {
  const text = headers[GENERATION_HEADER] ?? '';
  return /^\d{1,16}$/.test(text) && Number(text) <= MAX_GENERATION ? Number(text) : null;
}

/** @returns null for records of other programs */
export function readStateRecord(
  record: StoredRecord,
): { readonly generation: number; readonly read: StateRecord } | null {
  const { key, value } = record;
  const generation = generationOf(record);
  if (key === null || generation === null) return null;
  if (value === '') {
    const [accountId = '', digits] = key.split(':');
    return { generation, read: { kind: 'gone', accountId, digits: digits ?? null } };
  }
  try {
    const read = toKept(decodeEvent({ value }));
    return read === null ? null : { generation, read };
  } catch {
    return null;
  }
}

function toKept(event: ReturnType<typeof decodeEvent>): StateRecord | null {
  if (event.type === 'whatsapp.phone_number.state') {
    const {
      account_id: accountId,
      phone_number: number,
      state,
      state_version: version,
      reported_by_webhooks,
      read_at,
    } = event.data;
    const reported = Object.entries(reported_by_webhooks).map(([name, { at, by }]) => [
      name,
      { atMs: Date.parse(at), by },
    ]);
    const readAtMs = read_at === null ? null : Date.parse(read_at);
    const kept = { accountId, digits: number.digits, version, state, reported: Object.fromEntries(reported), readAtMs };
    return { kind: 'number', number: kept };
  }
  if (event.type !== 'whatsapp.phone_number.list') return null;
  const { account_id: accountId, digits, removed_version: removedVersion, read_at } = event.data;
  return { kind: 'list', list: { accountId, digits, removedVersion, readAtMs: Date.parse(read_at) } };
}

/** Topics that the leader reads: the state, and the events that change it. */
export function stateTopic(naming: TopicNaming): string {
  return topicName(naming, 'phone-number-state');
}
