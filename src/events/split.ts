/**
 * One body becomes events: one for each fact, in the order received, each checked alone by the schema of its type. What
 * a schema refuses becomes a dead letter, what no field describes goes to `unknown`; nothing is left out.
 */
import type { AnyField } from '../fields/field.ts';
import { findField } from '../fields/registry.ts';
import type { ReadBody } from '../webhook/envelope.ts';
import { type JsonView, viewJson } from '../webhook/json-view.ts';
import type { EntryOrigin, Part } from '../webhook/part.ts';
import { isTooLargeToRepeat, UNRECOGNIZED_ALWAYS_REPEATED } from '../webhook/repetition.ts';
import type { VerifiedBody } from '../webhook/signature.ts';
import { contextOf, wholeContextText } from './context.ts';
import { bodyDeadLetter, partDeadLetter } from './dead-letter.ts';
import {
  contextMembers,
  type Delivery,
  dataHead,
  dataschemaOf,
  type SplitEvent,
  sourceOf,
  TEST_ENTRY_ID,
  toRfc3339,
  typeOfField,
  UNKNOWN_TYPE,
  UNKNOWN_VERSION,
} from './event.ts';
import { eventId } from './event-id.ts';
import { type Found, splitValue } from './split-value.ts';
import { typedEvent } from './typed-event.ts';

type Change = Part & { kind: 'change' };

/** @returns events with distinct ids: identical items of one body are one event */
export function splitIntoEvents(body: VerifiedBody, read: ReadBody, delivery: Delivery): SplitEvent[] {
  if (!read.readable) return [bodyDeadLetter(body, read.issues, delivery)];
  const [first] = read.parts;
  const found = first?.kind === 'change' && read.parts.length === 1 ? splitChange(first, delivery) : null;
  // Nearly every body has no repeated members.
  if (found?.length === 1) return found;
  const events = new Map<string, SplitEvent>();
  let unrecognized = 0;
  const add = (event: SplitEvent) => {
    if (events.has(event.id)) return;
    if (event.family === 'unknown' || event.family === 'dead-letter') {
      unrecognized += 1;
      if (unrecognized > MAX_UNRECOGNIZED_EVENTS) return;
    }
    events.set(event.id, event);
  };
  for (const part of read.parts) {
    if (part.kind === 'refused') add(partDeadLetter(part, delivery));
    else if (part.kind === 'entry') add(unknownEvent({ ...part, field: null }, delivery));
    else for (const event of found ?? splitChange(part, delivery)) add(event);
  }
  if (unrecognized > MAX_UNRECOGNIZED_EVENTS) {
    const message = `More than ${MAX_UNRECOGNIZED_EVENTS} parts are unknown or refused; those beyond are kept here alone, in the body's bytes.`;
    const deadLetter = bodyDeadLetter(body, [{ path: '', code: 'too_many', message }], delivery);
    events.set(deadLetter.id, deadLetter);
  }
  return [...events.values()];
}

/**
 * An event costs some 800 bytes beside its item: 1.5 million zeros in place of messages would make more than a gigabyte of
 * dead letters.
 */
const MAX_UNRECOGNIZED_EVENTS = 5_000;

function splitChange(change: Change, delivery: Delivery): SplitEvent[] {
  const field = change.whatsapp ? findField(change.field) : undefined;
  if (field === undefined) return [unknownEvent(change, delivery)];
  const found = splitValue(field, change.value, change.path);
  const { unrecognized } = change;
  if (unrecognized === null || !isTooLargeToRepeat(unrecognized.length, found.length, UNRECOGNIZED_ALWAYS_REPEATED)) {
    return found.map((one) => foundEvent(field, one, change, delivery));
  }
  const kept = unknownEvent({ ...change, value: viewJson(unrecognized), unrecognized: null }, delivery);
  return [kept, ...found.map((one) => foundEvent(field, one, { ...change, unrecognized: null }, delivery))];
}

function foundEvent(field: AnyField, found: Found, change: Change, delivery: Delivery): SplitEvent {
  const { view, level } = found;
  if (found.kind === 'item') {
    const context = level === null ? null : contextOf(found.of.event, level, found.contacts);
    return typedEvent({ ...found, change, context }, delivery);
  }
  const context = level === null ? null : wholeContextText(level);
  if (found.kind === 'unrecognized') return unknownEvent({ ...change, value: view, context }, delivery);
  const { entry, unrecognized } = change;
  const { path, issue } = found;
  const place = { form: 'item' as const, entry, field: field.name, path };
  return partDeadLetter({ ...place, value: view, issues: [issue], context, unrecognized }, delivery);
}

interface UnknownPart {
  readonly kind: 'change' | 'entry';
  readonly entry: EntryOrigin;
  readonly whatsapp?: boolean;
  readonly field: string | null;
  readonly value: JsonView;
  readonly context?: string | null;
  readonly unrecognized: string | null;
}

function unknownEvent(part: UnknownPart, delivery: Delivery): SplitEvent {
  const { entry, field, value, context = null, unrecognized } = part;
  // A field of another product must not pass for the WhatsApp field of the same name.
  const type = field !== null && part.kind === 'change' && part.whatsapp ? typeOfField(field) : UNKNOWN_TYPE;
  return {
    id: eventId({
      type,
      entryId: entry.id,
      field: type === UNKNOWN_TYPE ? field : null,
      timeText: entry.timeText,
      item: value.canonical(),
      context,
      unrecognized,
    }),
    type,
    family: 'unknown',
    key: entry.id.toWellFormed(),
    source: sourceOf(entry.id),
    subject: null,
    accountId: null,
    time: toRfc3339(entry.timeMs ?? delivery.receivedMs),
    dataschema: dataschemaOf(UNKNOWN_TYPE, UNKNOWN_VERSION),
    data:
      `${dataHead(field, entry.id, entry.id)},"phone_number":null` +
      `${contextMembers(context, unrecognized)},"value":${value.text()}}`,
    repeatable: entry.id === TEST_ENTRY_ID,
  };
}
