import type { EntryOrigin, Issue, Part, RefusedForm } from '../webhook/part.ts';
import type { VerifiedBody } from '../webhook/signature.ts';
import {
  contextMembers,
  DEAD_LETTER_TYPE,
  type Delivery,
  dataschemaOf,
  type SplitEvent,
  sourceOf,
  TEST_ENTRY_ID,
  toRfc3339,
} from './event.ts';
import { eventId } from './event-id.ts';
import { hasLoneSurrogates } from './lone-surrogates.ts';
import { deadLetter as entry } from './system/dead-letter.ts';

export const DEAD_LETTER_VERSION = entry.version;

/** A whole body that could not be read: kept byte for byte. */
export function bodyDeadLetter(body: VerifiedBody, issues: readonly Issue[], delivery: Delivery): SplitEvent {
  const base64 = JSON.stringify(body.toString('base64'));
  return deadLetter({
    form: 'body',
    entry: null,
    field: null,
    path: '',
    item: base64,
    held: `"body_base64":${base64}`,
    issues,
    delivery,
    context: null,
    unrecognized: null,
  });
}

interface RefusedPart extends Omit<Part & { kind: 'refused' }, 'kind'> {
  /** JSON text of what stood around it in the value. */
  readonly context?: string | null;
}

/** An invalid part of a body, kept as received. The rest of the body is processed as usual. */
export function partDeadLetter(part: RefusedPart, delivery: Delivery): SplitEvent {
  const { form, entry, field, value, path, issues, context = null, unrecognized } = part;
  // Most readers lose a repeated member or refuse half a surrogate pair: such a part is kept as bytes.
  const text = value.text();
  const readable = value.repeatedMember(true) === undefined && !hasLoneSurrogates(text);
  const held = readable ? `"value":${text}` : `"body_base64":"${Buffer.from(text).toString('base64')}"`;
  return deadLetter({
    form,
    entry,
    field,
    path,
    item: value.canonical(),
    held,
    issues,
    delivery,
    context,
    unrecognized,
  });
}

interface DeadLetterParts {
  readonly form: RefusedForm | 'body';
  readonly entry: EntryOrigin | null;
  readonly field: string | null;
  readonly path: string;
  readonly item: string;
  readonly held: string;
  readonly issues: readonly Issue[];
  readonly delivery: Delivery;
  readonly context: string | null;
  readonly unrecognized: string | null;
}

function deadLetter({
  form,
  entry,
  field,
  path,
  item,
  held,
  issues,
  delivery,
  context,
  unrecognized,
}: DeadLetterParts): SplitEvent {
  const entryId = entry?.id ?? null;
  const test = entryId === TEST_ENTRY_ID;
  // An invalid time is in `unrecognized`, like every unusable value.
  const entryTime = entry === null || entry.timeMs === null ? null : entry.timeText;
  const id = eventId({
    type: DEAD_LETTER_TYPE,
    entryId,
    field,
    form,
    timeText: entry?.timeText ?? null,
    item,
    context,
    unrecognized,
  });
  return {
    id,
    type: DEAD_LETTER_TYPE,
    family: 'dead-letter',
    key: entryId?.toWellFormed() ?? null,
    source: sourceOf(entryId),
    subject: null,
    accountId: null,
    time: toRfc3339(entry?.timeMs ?? delivery.receivedMs),
    dataschema: dataschemaOf(DEAD_LETTER_TYPE, DEAD_LETTER_VERSION),
    data:
      `{"field":${JSON.stringify(field)},"entry_id":${JSON.stringify(entryId)},"test":${test}` +
      `,"part":"${form}","path":${JSON.stringify(path)}${entryTime === null ? '' : `,"entry_time":${entryTime}`}` +
      `,"issues":${JSON.stringify(issues)}${contextMembers(context, unrecognized)},${held}}`,
    repeatable: test,
  };
}
