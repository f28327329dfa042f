/** Dead letters as lists show them. Anybody may write to a topic: what is no event has no members. */
import { isObject } from '../core/is-object.ts';
import { deadLetterRepaired } from '../events/system/dead-letter-repaired.ts';
import type { StoredRecord } from '../records/record.ts';
import type { DeadLetterRow } from './answers.ts';

export interface DeadLetterFilter {
  readonly field?: string | undefined;
  readonly code?: string | undefined;
}

/** Audits of repairs share the topic. */
export const isDeadLetter = ({ headers }: StoredRecord): boolean => headers.ce_type !== deadLetterRepaired.type;

export function isWanted(record: StoredRecord, { field, code }: DeadLetterFilter): boolean {
  if (!isDeadLetter(record)) return false;
  const { value } = record;
  if (field === undefined && code === undefined) return true;
  const data = dataOf(value);
  if (field !== undefined && data.field !== field) return false;
  return code === undefined || issuesOf(data).some((issue) => isObject(issue) && issue.code === code);
}

export function dataOf(value: string): Record<string, unknown> {
  const event = eventOf(value);
  return isObject(event.data) ? event.data : {};
}

function eventOf(value: string): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(value);
    return isObject(event) ? event : {};
  } catch {
    return {};
  }
}

function issuesOf({ issues }: Record<string, unknown>): readonly unknown[] {
  return Array.isArray(issues) ? issues : [];
}

export function toDeadLetterRow(record: StoredRecord): DeadLetterRow {
  const { value, headers, partition, offset } = record;
  const event = eventOf(value);
  const data = isObject(event.data) ? event.data : {};
  const { field = null, entry_id = null, part = null, path = null } = data;
  return {
    id: headers.ce_id ?? null,
    at: `${partition}:${offset}`,
    stored_at: storedAt(record),
    receivedtime: event.receivedtime ?? null,
    field,
    entry_id,
    part,
    path,
    issues: [...issuesOf(data)],
    bytes: Buffer.byteLength(value),
  };
}

const MAX_DATE_MS = 8.64e15;

/** Null for what is no time. */
export function storedAt({ timestampMs }: StoredRecord): string | null {
  return Math.abs(timestampMs) <= MAX_DATE_MS ? new Date(timestampMs).toISOString() : null;
}
