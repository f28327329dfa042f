/** One item of a known field, checked by the schema of its type, becomes an event; refused, a dead letter. */
import type { z } from 'zod';
import type { NamedNumber, Sent } from '../fields/field.ts';
import { type Issue, type Part, toTimeMs } from '../webhook/envelope.ts';
import type { JsonView } from '../webhook/json-view.ts';
import type { ItemContext } from './context.ts';
import { partDeadLetter } from './dead-letter.ts';
import {
  contextMembers,
  type Delivery,
  dataHead,
  type SplitEvent,
  sourceOf,
  TEST_ENTRY_ID,
  toRfc3339,
} from './event.ts';
import { eventId } from './event-id.ts';
import type { EventType } from './event-places.ts';

interface Item {
  readonly of: EventType;
  readonly view: JsonView;
  /** From the body's root. */
  readonly path: string;
  readonly change: Part & { kind: 'change' };
  /** Null where the value is the item. */
  readonly context: ItemContext | null;
}

export function typedEvent({ of, view, path, change, context }: Item, delivery: Delivery): SplitEvent {
  const { field, event, type, dataschema } = of;
  const { entry } = change;
  const unrecognized = withUnrecognized(change.unrecognized, context?.unrecognized ?? null);
  const checked = event.value.safeParse(view.value);
  if (!checked.success) {
    const issues = toIssues(checked.error, path);
    const form = context === null ? ('value' as const) : ('item' as const);
    const part = {
      form,
      entry,
      field: field.name,
      value: view,
      path,
      issues,
      context: context?.text ?? null,
      unrecognized,
    };
    return partDeadLetter(part, delivery);
  }
  const value = checked.data;
  const ownMs = event.seconds === undefined ? null : toTimeMs(event.seconds(value));
  const timeMs = ownMs ?? entry.timeMs ?? delivery.receivedMs;
  const text: Sent['text'] = (...at) => exactText(view, at);
  const accountId = event.account === undefined ? entry.id : event.account(value, { entryId: entry.id, text });
  const sent: Sent = {
    entryId: entry.id,
    accountId,
    timeMs,
    context: context?.value,
    text,
    contextText: (...at) => exactText(change.value, at),
  };
  const derived = event.derived === undefined ? '' : `,"derived":${JSON.stringify(event.derived.of(value, sent))}`;
  return {
    id: eventId({
      type,
      entryId: entry.id,
      field: null,
      timeText: ownMs === null ? entry.timeText : null,
      item: view.canonical(),
      context: context?.canonical ?? null,
      unrecognized: change.unrecognized,
    }),
    type,
    family: event.family ?? field.family,
    key: event.key.of(value, sent).slice(0, MAX_NAME_LENGTH).toWellFormed(),
    source: sourceOf(entry.id),
    subject: subjectText(event.subject(value, sent)),
    participant: event.key.participant === true,
    accountId,
    time: toRfc3339(timeMs),
    dataschema,
    data:
      `${dataHead(field.name, entry.id, accountId)},"phone_number":${numberText(event.phoneNumber?.(value, sent), accountId, delivery)}` +
      `${contextMembers(context?.text ?? null, unrecognized)},"value":${view.text()}${derived}}`,
    repeatable: entry.id === TEST_ENTRY_ID,
  };
}

/** Keys and subjects are ids and numbers of some 20 characters; what is longer is none, and stands in the value. */
const MAX_NAME_LENGTH = 512;

function subjectText(subject: string | null): string | null {
  return subject === null || subject.length > MAX_NAME_LENGTH ? null : subject.toWellFormed();
}

/** What is known of the number is no part of the event's id: the event stays the same when more is known. */
function numberText(
  number: NamedNumber | null | undefined,
  accountId: string | null,
  { knownNumber }: Delivery,
): string {
  if (number === null || number === undefined) return 'null';
  const { digits } = number;
  const found = accountId === null || digits === null ? undefined : knownNumber?.(accountId, digits);
  const id = number.id ?? found?.id ?? null;
  return `{"digits":${JSON.stringify(digits)},"id":${JSON.stringify(id)},"known":${found?.known ?? null}}`;
}

/** A string or number with its own digits; null where there is neither or nothing in it. */
function exactText(view: JsonView, path: readonly (string | number)[]): string | null {
  let part = view.value;
  for (const key of path) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, key)) return null;
    part = (part as Record<string | number, unknown>)[key];
  }
  if (typeof part === 'string') return part === '' ? null : part;
  return typeof part === 'number' ? path.reduce((at, key) => at.at(key), view).text() : null;
}

function withUnrecognized(unrecognized: string | null, ofContext: string | null): string | null {
  if (ofContext === null) return unrecognized;
  return unrecognized === null ? `{"value":${ofContext}}` : `${unrecognized.slice(0, -1)},"value":${ofContext}}`;
}

function toIssues(error: z.ZodError, path: string): Issue[] {
  return error.issues.map((issue) => ({
    path: issue.path.reduce<string>((at, key) => at + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`), path),
    code: issue.code,
    message: issue.message,
  }));
}
