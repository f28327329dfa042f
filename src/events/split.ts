/**
 * One body becomes events: one for each update, in the order received, each checked by the schema of its field. What
 * the schema refuses becomes a dead letter, what no field describes goes to `unknown`; nothing is left out.
 */
import type { z } from 'zod';
import type { AnyField } from '../fields/field.ts';
import { findField } from '../fields/registry.ts';
import type { Issue, Part, ReadBody } from '../webhook/envelope.ts';
import type { VerifiedBody } from '../webhook/signature.ts';
import { bodyDeadLetter, partDeadLetter } from './dead-letter.ts';
import {
  type Delivery,
  dataschemaOf,
  type SplitEvent,
  sourceOf,
  TEST_ENTRY_ID,
  toRfc3339,
  typeOfField,
  UNKNOWN_TYPE,
} from './event.ts';
import { eventId } from './event-id.ts';

export const UNKNOWN_VERSION = 1;

type Change = Part & { kind: 'change' };

/** @returns events with distinct ids: identical items of one body are one event */
export function splitIntoEvents(body: VerifiedBody, read: ReadBody, delivery: Delivery): SplitEvent[] {
  if (!read.readable) return [bodyDeadLetter(body, read.issues, delivery)];
  const events = new Map<string, SplitEvent>();
  for (const part of read.parts) {
    const event = toEvent(part, delivery);
    if (!events.has(event.id)) events.set(event.id, event);
  }
  return [...events.values()];
}

function toEvent(part: Part, delivery: Delivery): SplitEvent {
  if (part.kind === 'refused') return partDeadLetter(part, delivery);
  if (part.kind === 'entry') return unknownEvent(part, null, delivery);
  const field = part.whatsapp ? findField(part.field) : undefined;
  return field === undefined ? unknownEvent(part, part.field, delivery) : typedEvent(field, part, delivery);
}

function typedEvent(field: AnyField, change: Change, delivery: Delivery): SplitEvent {
  const { entry, value, around } = change;
  const checked = field.value.safeParse(value.value);
  if (!checked.success) {
    const issues = toIssues(checked.error, change.path);
    return partDeadLetter({ entry, field: field.name, value, issues, around }, delivery);
  }
  const accountId = entry.id;
  const timeMs = entry.timeMs ?? delivery.receivedMs;
  const origin = { entryId: entry.id, accountId, timeMs };
  const digits = field.digits(checked.data);
  const type = typeOfField(field.name);
  const derived =
    field.derived === undefined ? '' : `,"derived":${JSON.stringify(field.derived.of(checked.data, origin))}`;
  return {
    id: eventId({
      type,
      entryId: entry.id,
      field: null,
      timeText: entry.timeText,
      item: value.canonical(),
      around,
    }),
    type,
    family: field.family,
    key: field.key.of(checked.data, origin),
    source: sourceOf(entry.id),
    subject: field.subject(checked.data),
    time: toRfc3339(timeMs),
    dataschema: dataschemaOf(type, field.version),
    data:
      dataHead(field.name, entry.id, accountId) +
      `,"phone_number":${phoneNumberText(accountId, digits, delivery)}` +
      `${contextMember(around)},"value":${value.text()}${derived}}`,
    repeatable: entry.id === TEST_ENTRY_ID,
  };
}

function unknownEvent(part: Part & { kind: 'change' | 'entry' }, field: string | null, delivery: Delivery): SplitEvent {
  const { entry, value, around } = part;
  // A field of another product must not pass for the WhatsApp field of the same name.
  const type = field !== null && part.kind === 'change' && part.whatsapp ? typeOfField(field) : UNKNOWN_TYPE;
  return {
    id: eventId({
      type,
      entryId: entry.id,
      field: type === UNKNOWN_TYPE ? field : null,
      timeText: entry.timeText,
      item: value.canonical(),
      around,
    }),
    type,
    family: 'unknown',
    key: entry.id,
    source: sourceOf(entry.id),
    subject: null,
    time: toRfc3339(entry.timeMs ?? delivery.receivedMs),
    dataschema: dataschemaOf(UNKNOWN_TYPE, UNKNOWN_VERSION),
    data: `${dataHead(field, entry.id, entry.id)},"phone_number":null${contextMember(around)},"value":${value.text()}}`,
    repeatable: entry.id === TEST_ENTRY_ID,
  };
}

function dataHead(field: string | null, entryId: string, accountId: string | null): string {
  return (
    `{"field":${JSON.stringify(field)},"entry_id":${JSON.stringify(entryId)}` +
    `,"account_id":${JSON.stringify(accountId)},"test":${entryId === TEST_ENTRY_ID}`
  );
}

/** Not part of the event's id: the same event stays the same when more is known of its number. */
function phoneNumberText(accountId: string | null, digits: string | null, { knownNumber }: Delivery): string {
  if (digits === null) return 'null';
  const { id, known } = (accountId === null ? undefined : knownNumber?.(accountId, digits)) ?? UNKNOWN_NUMBER;
  return `{"digits":"${digits}","id":${JSON.stringify(id)},"known":${known}}`;
}

const UNKNOWN_NUMBER = { id: null, known: null };

function contextMember(around: string | null): string {
  return around === null ? '' : `,"context":${around}`;
}

function toIssues(error: z.ZodError, path: string): Issue[] {
  return error.issues.map((issue) => ({
    path: [path, ...issue.path].join('.'),
    code: issue.code,
    message: issue.message,
  }));
}
