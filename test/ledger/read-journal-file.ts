/**
 * Reads a journal's file as its format is documented (src/stores/journal/schema.ts), with code of its own: the service's
 * reader cannot cover up for its writer.
 */
import { DatabaseSync } from 'node:sqlite';
import type { FoundRecord } from './audit.ts';

export function readJournalFile(file: string, prefix: string): FoundRecord[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const check = database.prepare('PRAGMA integrity_check').get()?.integrity_check;
    if (check !== 'ok') throw new Error(`SQLite finds ${file} damaged: ${check}`);
    const rows = database.prepare(
      'SELECT offset, name, key, headers, value FROM records LEFT JOIN topics ON topics.id = topic_id ORDER BY offset',
    );
    const records: FoundRecord[] = [];
    for (const { offset, name, key, headers: json, value } of rows.iterate()) {
      if (name === null) throw new Error(`Record ${offset} has a topic that the list of topics lacks.`);
      const headers = JSON.parse(String(json)) as Record<string, string>;
      records.push({
        family: String(name).slice(prefix.length + 1),
        partition: 0,
        offset: Number(offset),
        key: key === null ? null : String(key),
        id: headers.ce_id ?? null,
        type: headers.ce_type ?? null,
        payload: String(value),
      });
    }
    return records;
  } finally {
    database.close();
  }
}
