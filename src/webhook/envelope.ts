/**
 * Meta's envelope: `{object, entry: [{id, time?, changes: [{field, value}]}]}`, read part by part so that one bad part
 * leaves the others whole. Source: Graph API > Webhooks > Getting started, and what really arrives: ids and times as
 * number or string, `time` absent, `changed_fields` instead of `changes`, members in any order.
 */
import { isUtf8 } from 'node:buffer';
import { isObject } from '../core/is-object.ts';
import { otherMembers, readEntry } from './entry.ts';
import { MAX_VALUES } from './inspect-json.ts';
import { JsonUnreadable, type JsonView, viewJson } from './json-view.ts';
import { describe, type Issue, type Part } from './part.ts';
import { isTooLargeToRepeat, UNRECOGNIZED_ALWAYS_REPEATED } from './repetition.ts';
import type { VerifiedBody } from './signature.ts';
import { tooMany } from './too-many.ts';

export type ReadBody =
  | { readonly readable: true; readonly parts: readonly Part[] }
  /** Not JSON, not UTF-8, nested too deep, or no envelope: only its bytes can be kept. */
  | { readonly readable: false; readonly issues: readonly Issue[] };

export const WHATSAPP_OBJECT = 'whatsapp_business_account';

const ENVELOPE_MEMBERS = ['object', 'entry'];
const ENTRY_ARRAY = ['entry'];

/** Never throws: what cannot be read is said. */
export function readBody(body: VerifiedBody): ReadBody {
  if (!isUtf8(body)) return unreadable('not_utf8', 'The body is not UTF-8.');
  const text = withoutByteOrderMark(body.toString('utf8'));
  let root: JsonView;
  try {
    root = viewJson(text, MAX_VALUES);
  } catch (error) {
    if (error instanceof JsonUnreadable)
      return unreadable(error.code, `The body cannot be read as JSON: ${error.message}.`);
    throw error;
  }
  return readEnvelope(root);
}

function readEnvelope(root: JsonView): ReadBody {
  const envelope = root.value;
  if (!isObject(envelope))
    return unreadable('no_envelope', `The body is ${describe(envelope)}; an object was expected.`);
  const repeated = root.repeatedMember(false);
  if (repeated !== undefined) return unreadable('repeated_member', `The body has ${JSON.stringify(repeated)} twice.`);
  if (typeof envelope.object !== 'string') {
    return unreadable('no_envelope', `"object" is ${describe(envelope.object)}; a string was expected.`, 'object');
  }
  if (!Array.isArray(envelope.entry)) {
    return unreadable('no_envelope', `"entry" is ${describe(envelope.entry)}; an array was expected.`, 'entry');
  }
  const excess = tooMany('"entry"', envelope.entry);
  if (excess !== null) return unreadable('too_many', excess, 'entry');
  const whatsapp = envelope.object === WHATSAPP_OBJECT;
  const parts: Part[] = [];
  const beside = otherMembers(root, whatsapp ? ENVELOPE_MEMBERS : ENTRY_ARRAY);
  const aside =
    beside !== null && isTooLargeToRepeat(beside.length, countUpdates(envelope.entry), UNRECOGNIZED_ALWAYS_REPEATED);
  if (aside) parts.push(keptOnce(beside));
  const unrecognized = { envelope: aside ? null : beside };
  const entries = root.at('entry');
  for (let index = 0; index < envelope.entry.length; index += 1) {
    readEntry(entries.at(index), `entry[${index}]`, whatsapp, unrecognized, parts);
  }
  if (parts.length === 0) return unreadable('no_update', 'The body is an envelope without any update.', 'entry');
  return { readable: true, parts };
}

function countUpdates(entries: readonly unknown[]): number {
  let count = 0;
  for (const entry of entries) count += isObject(entry) && Array.isArray(entry.changes) ? entry.changes.length : 1;
  return count;
}

/** Members around all entries belong to none of them. */
function keptOnce(beside: string): Part {
  const problem = { path: '', code: 'kept_once', message: 'Too large to go with each update; kept once, here.' };
  return {
    kind: 'refused',
    form: 'unrecognized',
    entry: null,
    field: null,
    value: viewJson(beside),
    path: '',
    issues: [problem],
    unrecognized: null,
  };
}

function unreadable(code: string, message: string, path = ''): ReadBody {
  return { readable: false, issues: [{ path, code, message }] };
}

/** RFC 8259 section 8.1 lets a reader ignore it. */
function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
