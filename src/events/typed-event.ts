/** One item of a known field, checked by the schema of its type, becomes an event; refused, a dead letter. */
import type * as z from 'zod';
import type { NamedNumber, Sent, SentTexts } from '../fields/field.ts';
import { joinNames, mayBeOne, NO_NAMES, participantOf } from '../fields/person.ts';
import { toTimeMs } from '../webhook/entry-time.ts';
import type { Issue, Part } from '../webhook/part.ts';
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
import { exactText } from './exact-text.ts';
import { issuesOf } from './shape-check.ts';
import { type Found, namesOf } from './split-value.ts';

type Item = Omit<Found & { readonly kind: 'item' }, 'kind'> & {
  readonly change: Part & { kind: 'change' };
  /** Null where the value is the item. */
  readonly context: ItemContext | null;
};

export function typedEvent(item: Item, delivery: Delivery): SplitEvent {
  const { of, view, path, change, context } = item;
  const { field, event, type, dataschema } = of;
  const { entry } = change;
  const unrecognized = withUnrecognized(change.unrecognized, context?.unrecognized ?? null);
  const refused = issuesOf(event.value, view.value);
  if (refused.length > 0) {
    const issues = toIssues(refused, path);
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
  const { value } = view;
  const ownMs = event.seconds === undefined ? null : toTimeMs(event.seconds(value));
  const timeMs = ownMs ?? entry.timeMs ?? delivery.receivedMs;
  const texts = textsOf(item);
  const accountId =
    event.account === undefined ? entry.id : event.account(value, { entryId: entry.id, text: texts.text });
  const number = event.phoneNumber?.(value, texts) ?? null;
  const participant = () => participantIn(item, number);
  const sent: Sent = { entryId: entry.id, accountId, timeMs, ...texts, number, participant };
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
      `${dataHead(field.name, entry.id, accountId)},"phone_number":${numberText(number, accountId, delivery)}` +
      `${contextMembers(context?.text ?? null, unrecognized)},"value":${view.text()}${derived}}`,
    repeatable: entry.id === TEST_ENTRY_ID,
  };
}

/** Keys and subjects are ids and numbers of some 20 characters; a longer text is neither, and is only in the value. */
const MAX_NAME_LENGTH = 512;

function subjectText(subject: string | null): string | null {
  return subject === null || subject.length > MAX_NAME_LENGTH ? null : subject.toWellFormed();
}

function textsOf({ view, level }: Item): SentTexts {
  const text: Sent['text'] = (...at) => exactText(view, at);
  return { text, contextText: level === null ? text : (...at) => level.textAt(at) };
}

function participantIn({ of, view, level, contacts, ...item }: Item, number: NamedNumber | null): string | null {
  const names = item.names ?? namesOf(of.event, view, level);
  const ourDigits = number?.digits ?? null;
  const all = joinNames(names.around, names.item);
  const contact = level?.contactNames(contacts, (others) => mayBeOne(all, others, ourDigits)) ?? NO_NAMES;
  return participantOf({ ...names, contact, ourDigits });
}

/** What is known of the number is no part of the event's id: the event stays the same when more is known. */
function numberText(number: NamedNumber | null, accountId: string | null, { knownNumber }: Delivery): string {
  if (number === null) return 'null';
  const { digits } = number;
  const found = accountId === null || digits === null ? undefined : knownNumber?.(accountId, digits);
  const id = number.id ?? found?.id ?? null;
  return `{"digits":${JSON.stringify(digits)},"id":${JSON.stringify(id)},"known":${found?.known ?? null}}`;
}

function withUnrecognized(unrecognized: string | null, ofContext: string | null): string | null {
  if (ofContext === null) return unrecognized;
  return unrecognized === null ? `{"value":${ofContext}}` : `${unrecognized.slice(0, -1)},"value":${ofContext}}`;
}

function toIssues(refused: readonly z.core.$ZodIssue[], path: string): Issue[] {
  return refused.map((issue) => ({
    path: issue.path.reduce<string>((at, key) => at + (typeof key === 'number' ? `[${key}]` : `.${String(key)}`), path),
    code: issue.code,
    message: issue.message,
  }));
}
