/** Reads the dead letters of a store that a command's options choose. */
import type { StoreSettings } from '../config/settings.ts';
import { HubcastError } from '../core/errors.ts';
import { isObject } from '../core/is-object.ts';
import { createLog } from '../core/log.ts';
import { type DeadLetterFilter, isWanted } from '../dead-letters/summary.ts';
import { topicsOfFamily } from '../records/planned-topics.ts';
import type { StoredRecord } from '../records/record.ts';
import { openReader } from '../stores/select.ts';

export interface DeadLetterChoice extends DeadLetterFilter {
  readonly from?: number;
  readonly to?: number;
}

/** Each id once, in the order stored. */
export async function* readDeadLetters(
  settings: StoreSettings,
  choice: DeadLetterChoice,
): AsyncGenerator<StoredRecord> {
  const reader = openReader({ settings: () => settings, log: createLog('warn', process.stderr) });
  const topics = topicsOfFamily(settings, 'dead-letter');
  const seen = new Set<string>();
  try {
    const from = choice.from === undefined ? 'start' : { timestampMs: choice.from };
    for await (const record of reader.read({ topics, from, follow: false })) {
      const { ce_id: id = '' } = record.headers;
      if (record.timestampMs >= (choice.to ?? Number.POSITIVE_INFINITY) || seen.has(id)) continue;
      seen.add(id);
      if (isWanted(record, choice)) yield record;
    }
  } finally {
    reader.close();
  }
}

export async function findDeadLetter(settings: StoreSettings, id: string): Promise<StoredRecord> {
  for await (const record of readDeadLetters(settings, {})) if (record.headers.ce_id === id) return record;
  throw new HubcastError('dead_letter_not_found', `No dead letter with the id ${id} is stored.`);
}

export function issueText(issue: unknown): string {
  if (!isObject(issue)) return JSON.stringify(issue) ?? '';
  const { path, message } = issue;
  return path === '' || path === undefined ? String(message) : `${String(path)}: ${String(message)}`;
}
