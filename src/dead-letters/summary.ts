/** Dead letters as lists show them. Any client may write to a topic: a value that is no event has no members. */
import { isObject } from '../core/is-object.ts';
import { deadLetterRepaired } from '../events/system/dead-letter-repaired.ts';
import type { StoredRecord } from '../records/record.ts';
import type { DeadLetterRow } from './dead-letter-schemas.ts';

export interface DeadLetterFilter {
  readonly field?: string | undefined;
  readonly code?: string | undefined;
  /** Name of the Meta app. */
  readonly app?: string | undefined;
}

/** Audits of repairs share the topic. */
export const isDeadLetter = ({ headers }: StoredRecord): boolean => headers.ce_type !== deadLetterRepaired.type;

export function isWanted(record: StoredRecord, { field, code, app }: DeadLetterFilter): boolean {
  if (!isDeadLetter(record)) return false;
  if (field === undefined && code === undefined && app === undefined) return true;
  const event = eventOf(record.value);
  if (app !== undefined && event.app !== app) return false;
  const data = dataOf(event);
  if (field !== undefined && data.field !== field) return false;
  return code === undefined || issuesOf(data).some((issue) => isObject(issue) && issue.code === code);
}

export function dataOf({ data }: Record<string, unknown>): Record<string, unknown> {
  return isObject(data) ? data : {};
}

/** Empty for a value that is no event. */
export function eventOf(value: string): Record<string, unknown> {
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
  const data = dataOf(event);
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

/** Null for a timestamp that is no date. */
export function storedAt({ timestampMs }: StoredRecord): string | null {
  return Math.abs(timestampMs) <= MAX_DATE_MS ? new Date(timestampMs).toISOString() : null;
}
