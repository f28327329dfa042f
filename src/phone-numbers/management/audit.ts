/** From an operation to the record of it. */
import { createHash } from 'node:crypto';
import { dataschemaOf, type SplitEvent, sourceOf, toRfc3339 } from '../../events/event.ts';
import type { Actor } from '../../events/system/actor.ts';
import { type ManagedData, phoneNumberManaged } from '../../events/system/phone-number-managed.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import { toRecord } from '../../records/to-record.ts';
import type { TopicNaming } from '../../records/topic-plans.ts';
import { traceparentOf } from '../../records/traceparent.ts';

/** One operation at one moment. Holds no PIN, no code, no verify token. */
export interface ManagedEvent {
  readonly operation: string;
  /** A UUID: attempt and outcome share it. */
  readonly operationId: string;
  readonly outcome: 'started' | 'done' | 'refused' | 'unknown';
  readonly actor: Actor;
  readonly accountId: string | null;
  readonly phoneNumberId: string | null;
  readonly digits: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  /** Members of Meta's reply beside `success`; null before there is one, and where there are none. */
  readonly metaReply: Readonly<Record<string, unknown>> | null;
  readonly error: ManagedData['error'];
}

/** Resolves once it is durable. @throws HubcastError of the store */
export type RecordManaged = (event: ManagedEvent) => Promise<void>;

export interface AuditContext {
  readonly app: string;
  readonly naming: TopicNaming;
  readonly nowMs: number;
}

export function toManagedRecord(event: ManagedEvent, { app, naming, nowMs }: AuditContext): OutgoingRecord {
  const { accountId, phoneNumberId, digits, operationId, outcome } = event;
  const { type, version, family } = phoneNumberManaged;
  const data: ManagedData = {
    field: null,
    test: false,
    account_id: accountId,
    phone_number: digits === null && phoneNumberId === null ? null : { digits, id: phoneNumberId },
    operation: event.operation,
    operation_id: operationId,
    outcome,
    actor: { kind: event.actor.kind, name: event.actor.name },
    input: { ...event.input },
    meta_reply: event.metaReply === null ? null : { ...event.metaReply },
    error: event.error,
  };
  const split: SplitEvent = {
    id: createHash('sha256').update(`${type}\n${operationId}\n${outcome}`).digest('hex').slice(0, 32),
    type,
    family,
    key: keyOf(event),
    source: sourceOf(accountId),
    subject: digits,
    accountId,
    time: toRfc3339(nowMs),
    dataschema: dataschemaOf(type, version),
    data: JSON.stringify(data),
    repeatable: false,
  };
  return toRecord(split, {
    delivery: { app, deliveryId: operationId, receivedMs: nowMs },
    naming,
    traceparent: traceparentOf(undefined, operationId),
  });
}

/** In order with the number's other events. */
function keyOf({ accountId, digits, phoneNumberId }: ManagedEvent): string | null {
  if (accountId === null) return phoneNumberId;
  return digits === null ? accountId : `${accountId}:${digits}`;
}
