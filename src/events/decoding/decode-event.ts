/** A record of a hubcast topic becomes a typed event: checked by the schema it names, every digit kept. */

import type * as z from 'zod';
import { isObject } from '../../core/is-object.ts';
import { inspectJsonText, MAX_DEPTH } from '../../webhook/inspect-json.ts';
import { parseNodes } from '../../webhook/json-nodes.ts';
import { envelopeSchema } from '../contract.ts';
import { UNKNOWN_TYPE } from '../event.ts';
import { EventDecodeError } from './event-decode-error.ts';
import { findEventSchema, UNKNOWN_DATASCHEMA } from './event-schemas.ts';
import { memberNodes, withExactNumbers } from './exact-numbers.ts';
import { type EncodedRecord, headerText, valueText } from './record-parts.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** Attributes that headers repeat. */
const REPEATED = ['id', 'type', 'source', 'subject', 'time', 'dataschema', 'app'] as const;
const CONTENT_TYPE = 'application/cloudevents+json';
/** Members of `data` with what Meta sent. */
const METAS_MEMBERS = ['value', 'context', 'unrecognized'] as const;

/**
 * Reads one record. Unknown members are kept. An event of a type, or of a version of a type, that this package does
 * not know comes as `whatsapp.unknown`, so that a service newer than its consumers breaks none of them.
 *
 * @param record with the value as bytes or text; headers are compared with it where they are given
 * @throws EventDecodeError which says the part, the place in it and the reason
 */
export function decodeEvent(record: EncodedRecord): WebhookEvent {
  const text = valueText(record.value);
  const { plainNumbers, depth } = inspectJsonText(text);
  const parsed = depth > MAX_DEPTH ? undefined : parse(text);
  if (!isObject(parsed) || typeof parsed.dataschema !== 'string') {
    throw new EventDecodeError('not_an_event', `${kindOf(parsed, depth)} ${ORIGIN_HINT}`);
  }
  const schema = findEventSchema(parsed.dataschema);
  check(schema ?? envelopeSchema, parsed);
  compareHeaders(record.headers, parsed);
  if (!plainNumbers) keepDigits(parsed, text);
  return (schema === undefined || parsed.dataschema === UNKNOWN_DATASCHEMA
    ? { ...parsed, type: UNKNOWN_TYPE, originalType: parsed.type }
    : parsed) as unknown as WebhookEvent;
}

const ORIGIN_HINT =
  'hubcast writes CloudEvents with "dataschema". Check that this record comes from one of its topics.';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EventDecodeError(
      'not_json',
      `The record's value (${text.length} characters) is not JSON. ${ORIGIN_HINT}`,
    );
  }
}

function check(schema: z.ZodType, event: Record<string, unknown>): void {
  const { error } = schema.safeParse(event);
  if (error === undefined) return;
  const issues = error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const shown = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new EventDecodeError(
    'wrong_shape',
    `The record's value says ${event.dataschema} and does not fit it: ${shown}. Update the package if hubcast is newer; otherwise something between changed the record.`,
    issues,
  );
}

function compareHeaders(headers: EncodedRecord['headers'], event: Record<string, unknown>): void {
  const contentType = headerText(headers, 'content-type');
  const issues = REPEATED.flatMap((name) => {
    const header = headerText(headers, `ce_${name}`);
    if (header === null || header === event[name]) return [];
    return [{ path: `ce_${name}`, message: `is not the value's ${name}` }];
  });
  if (contentType !== null && !contentType.startsWith(CONTENT_TYPE)) {
    issues.push({ path: 'content-type', message: `is not ${CONTENT_TYPE}` });
  }
  if (issues.length === 0) return;
  const shown = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
  throw new EventDecodeError(
    'wrong_headers',
    `The record's headers and its value disagree: ${shown}. Something between hubcast and this consumer changed one of them.`,
    issues,
  );
}

/** Only in what Meta sent: hubcast's own numbers are small. */
function keepDigits(event: Record<string, unknown>, text: string): void {
  const data = event.data as Record<string, unknown>;
  const nodes = memberNodes(memberNodes(parseNodes(text)).get('data') ?? { kind: 'array', items: [] });
  for (const name of METAS_MEMBERS) {
    const node = nodes.get(name);
    if (node !== undefined) data[name] = withExactNumbers(data[name], node, text);
  }
}

function kindOf(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) return `The record's value is JSON nested ${depth} deep.`;
  return isObject(value) ? "The record's value is an object without dataschema." : "The record's value is no object.";
}
